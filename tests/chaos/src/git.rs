//! Git itself.

use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::process::Command;

use crate::Failed;

/// What Git prints.
pub(crate) fn git(directory: &Path, arguments: &[&str]) -> Result<String, Failed> {
    told(directory, arguments, "")
}

/// What Git prints when it is told this: in a file, since it answers while it reads.
pub(crate) fn told(directory: &Path, arguments: &[&str], input: &str) -> Result<String, Failed> {
    let mut file = tempfile::tempfile()?;
    file.write_all(input.as_bytes())?;
    file.rewind()?;
    let output = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(["-c", "user.name=mira", "-c", "user.email=mira@shop.example", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(file)
        .output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?.trim().to_owned()),
        false => Err(format!("git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}
