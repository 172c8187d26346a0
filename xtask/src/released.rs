//! Freezes the schemas of events as a version is tagged: from then on, every schema has to read what these wrote.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use events::schemas;
use sha2::{Digest, Sha256};

/// Copies every schema and its golden payload, and writes down their numbers, into the folder of this version, which there must not be yet.
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
    write(&avro, &folder)
}

/// Writes a release: the files, the number and the fingerprint of each schema, and the sums of all that.
fn write(avro: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let (mut numbers, mut sums) = (String::new(), String::new());
    let mut keep = |file: &str, bytes: &[u8]| -> Result<(), Box<dyn Error>> {
        let to = folder.join(file);
        fs::create_dir_all(to.parent().unwrap_or(folder))?;
        fs::write(to, bytes)?;
        writeln!(sums, "{}  {file}", hex(&Sha256::digest(bytes)))?;
        Ok(())
    };
    for schema in schemas() {
        let mut parts = schema.event_type.split('.').skip(1);
        let (Some(context), Some(name)) = (parts.next(), parts.nth(1)) else { continue };
        for file in [format!("{name}.avsc"), format!("golden/{name}.avro"), format!("golden/{name}.json")] {
            let file = format!("{context}/{file}");
            keep(&file, &fs::read(avro.join(&file))?)?;
        }
        writeln!(numbers, "{} {} {}", schema.id, hex(&schema.fingerprint), schema.event_type)?;
    }
    keep("NUMBERS", numbers.as_bytes())?;
    fs::write(folder.join("SHA256SUMS"), sums)?;
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is the report")]
mod tests {
    use super::*;

    #[test]
    fn a_release_says_which_number_is_which_schema() {
        let folder = tempfile::tempdir().unwrap();
        let avro = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/avro");
        write(&avro, folder.path()).unwrap();
        let numbers = fs::read(folder.path().join("NUMBERS")).unwrap();
        let sums = fs::read_to_string(folder.path().join("SHA256SUMS")).unwrap();
        assert!(sums.contains(&format!("{}  NUMBERS\n", hex(&Sha256::digest(&numbers)))));
        let numbers = String::from_utf8(numbers).unwrap();
        // The sum is Python's, of the canonical form written by hand.
        let removed = "46 999c879eebbf52032acd995366c30721b3e68f45bf8a43aff6b58b11449c6162 plimsoll.catalog.v1.ClusterRemoved";
        assert!(numbers.lines().any(|line| line == removed), "{numbers}");
        assert_eq!(numbers.lines().count(), schemas().count());
        assert_eq!(sums.lines().count(), 3 * schemas().count() + 1);
    }
}
