//! Freezes the schemas of events as a version is tagged: from then on, every schema has to read what these wrote.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use events::schemas;
use sha2::{Digest, Sha256};

/// Copies every schema and its golden payload into the folder of this version, which there must not be yet.
pub(crate) fn freeze(version: &str) -> Result<(), Box<dyn Error>> {
    let is_version = version.strip_prefix('v').is_some_and(|numbers| {
        numbers.split('.').count() == 3 && numbers.split('.').all(|number| number.parse::<u32>().is_ok())
    });
    if !is_version {
        return Err("a version is written v1.2.3".into());
    }
    let avro = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/avro");
    let folder = avro.join("released").join(version);
    if folder.exists() {
        return Err(format!("{version} is released, and what is released does not change").into());
    }
    let mut sums = String::new();
    for schema in schemas() {
        let mut parts = schema.event_type.split('.').skip(1);
        let (Some(context), Some(name)) = (parts.next(), parts.nth(1)) else { continue };
        for file in [format!("{name}.avsc"), format!("golden/{name}.avro"), format!("golden/{name}.json")] {
            let file = format!("{context}/{file}");
            let bytes = fs::read(avro.join(&file))?;
            let to = folder.join(&file);
            fs::create_dir_all(to.parent().unwrap_or(&folder))?;
            let sum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(sums, "{sum}  {file}")?;
            fs::write(to, bytes)?;
        }
    }
    fs::write(folder.join("SHA256SUMS"), sums)?;
    Ok(())
}
