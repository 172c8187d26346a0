//! What an administrator of this machine allows to render, beside the command line: a file that no repository can write.

use std::fs;
use std::io::ErrorKind;

use crate::config_directory;
use crate::failure::Failure;

/// In the user's directory of configurations.
const FILE: &str = "plimsoll/commands";

/// The lines `NAME=PROGRAM [ARGUMENT…]` of the file, if there is one. Empty lines and what begins with `#` are passed over.
pub(crate) fn kept() -> Result<Vec<String>, Failure> {
    let Some(path) = config_directory::path().map(|directory| directory.join(FILE)) else {
        return Ok(Vec::new());
    };
    match fs::read_to_string(&path) {
        Ok(text) => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            Ok(lines.map(str::to_owned).collect())
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        Err(error) => {
            let message = format!("the allowed commands in {} cannot be read: {error}", path.display());
            Err(Failure::new("RENDER_COMMAND_SETTING", message))
        }
    }
}
