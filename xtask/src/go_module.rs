//! Where Go keeps the source of a module.

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

/// The directory of a module at a version, downloaded if it is not there. Go checks it against its checksum database.
pub(crate) fn directory(module: &str, version: &str) -> Result<PathBuf, Box<dyn Error>> {
    let output =
        Command::new("go").args(["mod", "download", "-json", &format!("{module}@v{version}")]).output()?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    match answer["Dir"].as_str() {
        Some(directory) => Ok(PathBuf::from(directory)),
        None => Err(format!("{module} {version}: {}", answer["Error"]).into()),
    }
}
