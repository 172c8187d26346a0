//! Which server is called, and with which token: by flag, then by environment, then as `plimsoll login` kept them.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use service::write_private;

use crate::cli::Server;
use crate::config_directory;
use crate::failure::Failure;
use crate::remote::given;

/// Where `plimsoll up` serves unless it is told otherwise.
const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";

/// What `plimsoll login` keeps.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) server: String,
    pub(crate) token: String,
}

/// The server's address and the token.
pub(super) fn of(server: &Server) -> Result<(String, String), Failure> {
    let kept = path().and_then(|path| read(&path));
    let address = server.server.clone().or_else(|| kept.as_ref().map(|kept| kept.server.clone()));
    let address = given::server(&address.unwrap_or_else(|| DEFAULT_SERVER.to_owned()))?;
    if let Some(file) = &server.token_file {
        return Ok((address, from_file(file)?));
    }
    if let Ok(token) = std::env::var("PLIMSOLL_TOKEN") {
        return Ok((address, given::token(&token)?));
    }
    match kept {
        // A token that was kept for one server is not sent to another.
        Some(kept) if kept.server.trim_end_matches('/') == address.trim_end_matches('/') => {
            Ok((address, kept.token))
        }
        _ => Err(Failure::new("NOT_LOGGED_IN", format!("there is no token for {address}"))),
    }
}

/// Keeps them, for the one who logs in alone.
pub(super) fn keep(kept: &Kept) -> Result<PathBuf, Failure> {
    let path = path()
        .ok_or_else(|| Failure::new("CREDENTIALS_UNWRITABLE", "neither XDG_CONFIG_HOME nor HOME is set"))?;
    let written = path.parent().map_or(Ok(()), directory).and_then(|()| {
        let text = serde_json::to_string_pretty(kept)?;
        write_private(&path, text.as_bytes())
    });
    let fail = |error| {
        Failure::new("CREDENTIALS_UNWRITABLE", format!("{} cannot be written: {error}", path.display()))
    };
    written.map_err(fail)?;
    Ok(path)
}

/// A token from a file, or from standard input (`-`): not from an argument, which everybody on the machine sees.
pub(crate) fn from_file(file: &Path) -> Result<String, Failure> {
    let fail =
        |error| Failure::new("TOKEN_UNREADABLE", format!("{} cannot be read: {error}", file.display()));
    let text = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin().lock()),
        false => fs::read_to_string(file),
    };
    given::token(&text.map_err(fail)?)
}

fn directory(path: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn path() -> Option<PathBuf> {
    Some(config_directory::path()?.join("plimsoll/credentials.json"))
}

fn read(path: &Path) -> Option<Kept> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}
