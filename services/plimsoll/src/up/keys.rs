//! The keys of an installation: files of mode 0600 in a directory of mode 0700, made at the first start and never changed.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use service::{Key, write_private};

use crate::failure::Failure;
use crate::up::config::Config;
use crate::up::directory::Directory;

/// The keys of an installation. Each is read when it is asked for, so that a process needs those of its services only.
pub(crate) struct Keys(PathBuf);

const IDENTITY: &str = "identity.key";
const REDACTION: &str = "redaction.key";
const AUDIT: &str = "audit.key";

impl Keys {
    /// Those that the configuration names. The process that founds the installation makes them in a new data directory; any
    /// other would make one that no other process has, and later a new one would go unnoticed until an export does not
    /// verify.
    pub(crate) fn open(config: &Config, directory: &Directory) -> Result<Self, Failure> {
        let keys = config.keys.directory.clone().unwrap_or_else(|| directory.keys());
        if config.part.founds() && !directory.is_begun() {
            for name in [IDENTITY, REDACTION, AUDIT] {
                make(&keys.join(name))?;
            }
        }
        Ok(Self(keys))
    }

    /// With which the gateway vouches for callers.
    pub(crate) fn identity(&self) -> Result<Key, Failure> {
        read(&self.0.join(IDENTITY))
    }

    /// Of which each promotion's redaction key is derived.
    pub(crate) fn redaction(&self) -> Result<Key, Failure> {
        read(&self.0.join(REDACTION))
    }

    /// The seed of the keys that sign checkpoints.
    pub(crate) fn audit(&self) -> Result<Key, Failure> {
        read(&self.0.join(AUDIT))
    }
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::new("KEY_UNUSABLE", format!("the key {}: {why}", path.display()))
}

fn read(path: &Path) -> Result<Key, Failure> {
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            unusable(path, &"it is not there; restore it, or copy it from the gateway's process")
        }
        _ => unusable(path, &error),
    })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(unusable(path, &format!("its mode is {mode:04o}, so others can read it")));
    }
    let text = fs::read_to_string(path).map_err(|error| unusable(path, &error))?;
    text.parse().map_err(|error: service::KeyError| unusable(path, &error))
}

fn make(path: &Path) -> Result<(), Failure> {
    if path.try_exists().map_err(|error| unusable(path, &error))? {
        return Ok(());
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| unusable(path, &error))?;
    write_private(path, Key::new(key).reveal().as_bytes()).map_err(|error| unusable(path, &error))
}
