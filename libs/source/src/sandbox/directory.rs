//! A private directory, and the files that are put into it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

/// A directory of one run, which nobody else may look into and which goes with this value.
#[derive(Debug)]
pub(crate) struct PrivateDirectory {
    directory: TempDir,
    /// The same, canonical: as commands show it.
    path: PathBuf,
}

impl PrivateDirectory {
    pub(crate) fn new() -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("plimsoll-").tempdir()?;
        let path = directory.path().canonicalize()?;
        let made = Self { directory, path };
        for inner in [made.home(), made.temporary(), made.work()] {
            DirBuilder::new().mode(0o700).create(inner)?;
        }
        Ok(made)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.path.join("home")
    }

    pub(crate) fn temporary(&self) -> PathBuf {
        self.path.join("tmp")
    }

    /// Where the command runs, and the files lie.
    pub(crate) fn work(&self) -> PathBuf {
        self.path.join("work")
    }

    /// A directory below the working directory, made if it is not there.
    pub(crate) fn make(&self, path: &str) -> io::Result<PathBuf> {
        let full = self.work().join(checked(path)?);
        fs::create_dir_all(&full)?;
        Ok(full)
    }

    /// Writes a file below the working directory, which must not be there yet. Nothing in it is a link, so that nothing
    /// is written elsewhere.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let full = self.work().join(checked(path)?);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&full)?;
        file.write_all(bytes)?;
        Ok(full)
    }

    /// What a command said, without where it ran.
    pub(crate) fn without_place(&self, said: &str) -> String {
        let places = [self.work(), self.path.clone(), self.directory.path().to_owned()];
        places.iter().fold(said.to_owned(), |said, place| {
            let place = place.display().to_string();
            said.replace(&format!("{place}/"), "").replace(&place, ".")
        })
    }
}

/// A path that leads to nothing above where it starts.
fn checked(path: &str) -> io::Result<&Path> {
    let relative = Path::new(path);
    match relative.components().all(|part| matches!(part, Component::Normal(_))) {
        true => Ok(relative),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{path} is no path of a file"))),
    }
}
