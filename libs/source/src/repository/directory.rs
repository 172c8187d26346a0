//! The files of a working tree.

use std::collections::HashSet;
use std::fs::{self, DirEntry, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::gather::{Gathered, Gathering};
use super::ignored;
use crate::error::{SourceError, plain};
use crate::file;
use crate::tree::{Limits, join};

/// The root of the repository that a path (canonical) lies in: the nearest directory above it that Git knows as one;
/// else the first of `places` that holds it; else the directory itself.
pub(crate) fn root_of(path: &Path, places: &[&Path]) -> PathBuf {
    let repository = path.ancestors().find(|directory| directory.join(".git").exists());
    let place = || places.iter().copied().find(|place| path.starts_with(place));
    let own = || if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    repository.or_else(place).unwrap_or_else(own).to_owned()
}

/// All files below a root, which messages call `shown`.
pub(super) fn read(root: &Path, shown: &str, limits: &Limits) -> Result<Gathered, SourceError> {
    let mut walk = Walk {
        root,
        ignored: ignored::directories(root),
        gathering: Gathering::new(shown, limits),
        open: Vec::new(),
    };
    walk.directory("").map_err(|error| SourceError::unreadable(shown, &error))??;
    while let Some(directory) = walk.open.pop() {
        match walk.directory(&directory) {
            Ok(walked) => walked?,
            Err(error) => walk.gathering.withhold(directory, &plain(&error)),
        }
    }
    Ok(walk.gathering.gathered)
}

struct Walk<'a> {
    root: &'a Path,
    /// Paths below the root.
    ignored: HashSet<String>,
    gathering: Gathering<'a>,
    /// The directories that are still to be read.
    open: Vec<String>,
}

impl Walk<'_> {
    fn directory(&mut self, directory: &str) -> std::io::Result<Result<(), SourceError>> {
        let entries: Vec<DirEntry> = fs::read_dir(self.root.join(directory))?.collect::<Result<_, _>>()?;
        if !directory.is_empty() && entries.iter().any(|entry| entry.file_name() == ".git") {
            self.gathering.submodule(directory.to_owned());
            return Ok(Ok(()));
        }
        for entry in entries {
            if let Err(error) = self.entry(directory, &entry) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    fn entry(&mut self, directory: &str, entry: &DirEntry) -> Result<(), SourceError> {
        let name = entry.file_name();
        if name == ".git" {
            return Ok(());
        }
        self.gathering.count()?;
        let path = join(directory, &name.to_string_lossy());
        if name.to_str().is_none() {
            self.gathering.withhold(path, "its name is not UTF-8");
            return Ok(());
        }
        match entry.file_type() {
            Err(error) => self.gathering.withhold(path, &plain(&error)),
            Ok(kind) if kind.is_symlink() => self.gathering.link(path),
            Ok(kind) if kind.is_dir() && self.ignored.contains(&path) => {
                self.gathering.withhold(path, "Git ignores it");
            }
            Ok(kind) if kind.is_dir() => self.open.push(path),
            Ok(kind) if kind.is_file() => self.file(path)?,
            Ok(_) => self.gathering.withhold(path, "it is no file"),
        }
        Ok(())
    }

    fn file(&mut self, path: String) -> Result<(), SourceError> {
        match read_file(&self.root.join(&path), self.gathering.file_bytes) {
            Ok(bytes) => self.gathering.file(path, bytes)?,
            Err(SourceError::FileTooLarge { size, .. }) => self.gathering.too_large(path, size),
            Err(SourceError::Unreadable { why, .. }) => self.gathering.withhold(path, &why),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// The bytes of a file. What has become a link or a pipe since it was listed is not followed, and not waited for.
fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, SourceError> {
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
    file::read_open(opened.map_err(|error| SourceError::unreadable("", &error))?, "", limit)
}
