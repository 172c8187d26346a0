//! The keys of an installation: files of mode 0600, made at the first start and never changed.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use service::{Key, Secret};

use crate::failure::Failure;
use crate::up::directory::Directory;

/// The keys of an installation.
pub(crate) struct Keys {
    /// With which the gateway vouches for callers.
    pub(crate) identity: [u8; 32],
    /// Of which each promotion's redaction key is derived.
    pub(crate) redaction: Secret<Key>,
    /// The seed of the keys that sign checkpoints.
    pub(crate) audit: [u8; 32],
}

impl Keys {
    /// Reads them, and makes those that are not there.
    pub(crate) fn open(directory: &Directory) -> Result<Self, Failure> {
        let keys = directory.keys();
        Ok(Self {
            identity: *key(&keys.join("identity.key"))?.bytes(),
            redaction: Secret::new(key(&keys.join("redaction.key"))?),
            audit: *key(&keys.join("audit.key"))?.bytes(),
        })
    }
}

fn key(path: &Path) -> Result<Key, Failure> {
    let fail = |why: String| Failure::new("KEY_UNUSABLE", format!("the key {}: {why}", path.display()));
    match fs::read_to_string(path) {
        Ok(text) => text.parse().map_err(|error: service::KeyError| fail(error.to_string())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(|error| fail(error.to_string()))?;
            let key = Key::new(key);
            write(path, key.reveal().as_bytes()).map_err(|error| fail(error.to_string()))?;
            Ok(key)
        }
        Err(error) => Err(fail(error.to_string())),
    }
}

/// Writes a file for its owner alone, whole or not at all, and does not return before it is on the disk.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let new = path.with_extension("new");
    let mut file = fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    path.parent().map_or(Ok(()), |parent| fs::File::open(parent)?.sync_all())
}
