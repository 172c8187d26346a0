//! The directory of the socket. A socket's path must stay under 107 bytes (`sun_path` in unix(7) less the final NUL), and
//! the setting that names it is a list, so that it had better hold no comma, quote or space.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::data_directory::create_private;
use crate::error::Error;
use crate::identity::Identity;

const LONGEST: usize = 107;
const FILE: &str = "/.s.PGSQL.5432";

/// Where it is: `run` in the data directory if that is short enough, else in the system's directory for temporary files, by
/// a name that is the same at every start.
pub(crate) fn path(root: &Path, temporary: &Path) -> PathBuf {
    let name = format!("plimsoll-{}", hash(root));
    let last = Path::new("/tmp").join(&name);
    [root.join("run"), temporary.join(&name)].into_iter().find(|path| fits(path)).unwrap_or(last)
}

/// Creates it, or takes the one that is there.
pub(crate) fn directory(root: &Path, temporary: &Path, identity: &Identity) -> Result<PathBuf, Error> {
    let path = path(root, temporary);
    match create_private(&path, identity) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => accept(&path, identity)?,
        made => made.map_err(|error| Error::io(&path, &error))?,
    }
    Ok(path)
}

fn fits(directory: &Path) -> bool {
    let bytes = directory.as_os_str().as_bytes();
    bytes.len() + FILE.len() <= LONGEST
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte))
}

fn hash(root: &Path) -> String {
    let digest = Sha256::digest(root.as_os_str().as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Refuses one that is not ours: anybody can create a directory of that name in /tmp, and would then own the door to the
/// database. One that is not there is fine.
pub(crate) fn accept(path: &Path, identity: &Identity) -> Result<(), Error> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found.map_err(|error| Error::io(path, &error))?,
    };
    let owner = identity.run_as.owner().map_or_else(|| rustix::process::geteuid().as_raw(), |(uid, _)| uid);
    if found.is_dir() && found.uid() == owner && found.mode() & 0o077 == 0 {
        return Ok(());
    }
    let why = "it was there before and is not a private directory of Postgres' user; remove it".to_owned();
    Err(Error::Directory { path: path.to_owned(), why })
}

#[cfg(test)]
#[path = "tests/sockets.rs"]
mod tests;
