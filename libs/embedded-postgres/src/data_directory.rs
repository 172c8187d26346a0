//! Plimsoll's data directory, as far as Postgres is concerned.
//!
//! | entry | what it is |
//! |---|---|
//! | `lock` | locked while a Plimsoll works here; holds its pid |
//! | `layout` | the version of this table |
//! | `postgres/` | Postgres' data; it appears whole, by a rename |
//! | `settings/` | Postgres' configuration, written at every start |
//! | `run/` | the socket, unless its path is too long |

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::identity::{Identity, RunAs};
use crate::lock;
use crate::programs::Programs;

/// The layout that this build writes.
const LAYOUT: u32 = 1;

/// The directory, locked for this process until it is dropped.
#[derive(Debug)]
pub(crate) struct DataDirectory {
    root: PathBuf,
    // The lock is held while the file is open. Children do not inherit it.
    _lock: File,
}

impl DataDirectory {
    /// Locks the directory, which it creates where there is none.
    pub(crate) fn open(path: &Path, run_as: RunAs) -> Result<Self, Error> {
        // Another user has to pass through to its own directories below; it may not list this one.
        let mode = if run_as.owner().is_some() { 0o711 } else { 0o700 };
        create(path, mode)?;
        let root = fs::canonicalize(path).map_err(|error| Error::io(path, &error))?;
        let lock = lock::take(&root)?;
        let directory = Self { root, _lock: lock };
        directory.check_layout()?;
        Ok(directory)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        cluster(&self.root)
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.root.join("settings")
    }

    fn check_layout(&self) -> Result<(), Error> {
        match read_layout(&self.root)? {
            Some(layout) => accept_layout(&self.root, &layout),
            None => write(&self.root.join("layout"), &format!("{LAYOUT}\n"), 0o644),
        }
    }
}

/// Where Postgres' data are below a data directory.
pub(crate) fn cluster(root: &Path) -> PathBuf {
    root.join("postgres")
}

/// Whose Postgres' data are, if there are any.
pub(crate) fn owner(root: &Path) -> Option<u32> {
    fs::metadata(cluster(root)).ok().map(|data| data.uid())
}

/// The major version that wrote Postgres' data, if there are any.
pub(crate) fn version(root: &Path) -> Result<Option<String>, Error> {
    read_if_there(&cluster(root).join("PG_VERSION"))
}

/// Refuses data that another major version wrote.
pub(crate) fn accept_version(root: &Path, programs: &Programs) -> Result<(), Error> {
    match version(root)? {
        Some(data) if data.parse() != Ok(programs.major) => {
            Err(Error::Version { path: cluster(root), data, programs: programs.major.to_string() })
        }
        _ => Ok(()),
    }
}

/// What the layout file says, if there is one.
pub(crate) fn read_layout(root: &Path) -> Result<Option<String>, Error> {
    read_if_there(&root.join("layout"))
}

/// Refuses a layout that a later Plimsoll wrote.
pub(crate) fn accept_layout(root: &Path, layout: &str) -> Result<(), Error> {
    match layout.parse::<u32>() {
        Ok(found) if found <= LAYOUT => Ok(()),
        _ => Err(Error::Newer { path: root.to_owned(), found: layout.to_owned(), known: LAYOUT }),
    }
}

fn read_if_there(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(path, &error)),
    }
}

/// Writes a file whole or not at all, with this mode. It is not touched if it says this already: a full disk should not
/// keep a server from starting.
pub(crate) fn write(path: &Path, text: &str, mode: u32) -> Result<(), Error> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let unfinished = path.with_extension("new");
    let written = File::create(&unfinished)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::set_permissions(&unfinished, Permissions::from_mode(mode)))
        .and_then(|()| fs::rename(&unfinished, path));
    written.map_err(|error| Error::io(path, &error))
}

/// The directory itself or the nearest one above it that exists.
pub(crate) fn nearest(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("/")).to_owned()
}

/// The directory to ask permissions of: the data directory, or while there is none its parent, which is created.
pub(crate) fn reach(path: &Path) -> Result<PathBuf, Error> {
    let path = std::path::absolute(path).map_err(|error| Error::io(path, &error))?;
    match path.parent() {
        Some(parent) if !path.exists() => {
            fs::create_dir_all(parent).map_err(|error| Error::io(parent, &error))?;
            Ok(parent.to_owned())
        }
        _ => Ok(path),
    }
}

/// Creates a directory with this mode, whatever the umask. One that is there stays as it is.
pub(crate) fn create(path: &Path, mode: u32) -> Result<(), Error> {
    let created = match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode)),
    };
    created.map_err(|error| Error::io(path, &error))
}

/// Creates a directory for Postgres alone.
pub(crate) fn create_private(path: &Path, identity: &Identity) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    give(path, identity)
}

/// Hands a directory over to the user that Postgres runs as.
pub(crate) fn give(path: &Path, identity: &Identity) -> io::Result<()> {
    match identity.run_as.owner() {
        Some((uid, gid)) => std::os::unix::fs::chown(path, Some(uid), Some(gid)),
        None => Ok(()),
    }
}
