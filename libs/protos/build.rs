//! Makes the code of the gRPC services, without `protoc`.

use std::path::PathBuf;

use prost::Message;

const ROOT: &str = "../../schemas/proto";
const FILES: [&str; 4] = [
    "plimsoll/audit/v1/audit.proto",
    "plimsoll/catalog/v1/catalog.proto",
    "plimsoll/operations/v1/operations.proto",
    "plimsoll/promotion/v1/promotion.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={ROOT}");
    let descriptors = protox::compile(FILES, [ROOT])?;
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    std::fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
