//! `plimsoll demo DIRECTORY`: the demo of the repository, from the binary alone.
//!
//! It is a script, so that it shows the commands that a person would type. The binary carries the script and the examples.

use std::fs;
use std::path::Path;
use std::process::Command;

use include_dir::{Dir, include_dir};

use crate::cli::Demo;
use crate::failure::Failure;
use crate::outcome::Outcome;

static EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../examples");

const SCRIPTS: [(&str, &str); 3] = [
    ("demo.sh", include_str!("../../../../scripts/demo.sh")),
    ("demo-history.sh", include_str!("../../../../scripts/demo-history.sh")),
    ("demo-up.sh", include_str!("../../../../scripts/demo-up.sh")),
];

pub(crate) fn run(arguments: &Demo) -> Result<Outcome, Failure> {
    let directory = &arguments.directory;
    let kit = unpack(directory)?;
    let plimsoll = std::env::current_exe().map_err(|error| failed(&error.to_string()))?;
    let script = kit.join("scripts/demo.sh");
    let ended = Command::new("bash").arg(script).arg(plimsoll).arg(directory).status();
    match ended {
        Ok(status) if status.success() => Ok(Outcome::default()),
        Ok(status) => Err(failed(&format!("it ended with {status}"))),
        Err(error) => Err(failed(&format!("bash: {error}"))),
    }
}

/// Lays the script and the examples into `directory`, which is new or empty.
fn unpack(directory: &Path) -> Result<std::path::PathBuf, Failure> {
    let fail = |error: std::io::Error| failed(&format!("{}: {error}", directory.display()));
    fs::create_dir_all(directory).map_err(fail)?;
    if fs::read_dir(directory).map_err(fail)?.next().is_some() {
        let message = format!("{} is not empty", directory.display());
        return Err(Failure::new("DEMO_DIRECTORY_IN_USE", message));
    }
    let kit = directory.join("kit");
    let (scripts, examples) = (kit.join("scripts"), kit.join("examples"));
    fs::create_dir_all(&scripts).map_err(fail)?;
    fs::create_dir_all(&examples).map_err(fail)?;
    EXAMPLES.extract(&examples).map_err(fail)?;
    for (name, text) in SCRIPTS {
        fs::write(scripts.join(name), text).map_err(fail)?;
    }
    Ok(kit)
}

fn failed(what: &str) -> Failure {
    Failure::new("DEMO_FAILED", format!("the demo did not come to its end: {what}"))
}
