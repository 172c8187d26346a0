//! The files below a directory of this machine.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::SourceError;
use crate::file::{self, Budget};
use crate::select;
use crate::tree::{Limits, SourceFile, join};

/// Whether a file of a name, in a directory, is wanted; an error where the directory cannot be read as it stands.
pub(crate) type Wanted<'a> = dyn Fn(&str, &dyn Fn() -> String) -> Result<bool, SourceError> + 'a;

/// A way through a directory. Hidden files are passed over.
pub(crate) struct Walk<'a> {
    /// The directory, without links.
    pub(crate) root: &'a Path,
    /// What messages call it.
    pub(crate) shown: &'a str,
    pub(crate) wanted: &'a Wanted<'a>,
}

impl Walk<'_> {
    /// The files, sorted, with paths relative to the root.
    pub(crate) fn read(&self, limits: &Limits) -> Result<Vec<SourceFile>, SourceError> {
        let mut budget = Budget::new(self.shown, limits.total_bytes);
        let mut files = Vec::new();
        for (path, file) in self.find()? {
            let bytes = file::read(&file, &join(self.shown, &path), limits.file_bytes)?;
            budget.spend(bytes.len() as u64)?;
            files.push(SourceFile { path, bytes });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    fn find(&self) -> Result<Vec<(String, PathBuf)>, SourceError> {
        let mut found = Vec::new();
        let mut open = vec![String::new()];
        while let Some(directory) = open.pop() {
            let path = self.root.join(&directory);
            let unreadable = |error| SourceError::unreadable(&join(self.shown, &directory), &error);
            for entry in fs::read_dir(&path).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                    return Err(self.not_utf8(&directory));
                };
                if select::is_hidden(&name) {
                    continue;
                }
                let relative = join(&directory, &name);
                let kind = entry.file_type().map_err(unreadable)?;
                if kind.is_dir() {
                    open.push(relative);
                    continue;
                }
                let is_wanted = (self.wanted)(&name, &|| self.show_directory(&directory))?;
                if kind.is_symlink() {
                    found.extend(self.follow(relative, is_wanted)?);
                } else if kind.is_file() && is_wanted {
                    found.push((relative, entry.path()));
                }
            }
        }
        Ok(found)
    }

    /// A link to a file is read if it stays below the root. A link to a directory is not walked, since
    /// what it leads to is read in its own place; one that leads elsewhere is refused and not passed over.
    fn follow(&self, relative: String, is_wanted: bool) -> Result<Option<(String, PathBuf)>, SourceError> {
        let shown = join(self.shown, &relative);
        let target = match self.root.join(&relative).canonicalize() {
            Ok(target) => target,
            Err(error) if is_wanted => return Err(SourceError::unreadable(&shown, &error)),
            Err(_) => return Ok(None),
        };
        let is_read = target.is_file() && is_wanted;
        if (is_read || target.is_dir()) && !target.starts_with(self.root) {
            return Err(SourceError::Outside { path: shown, root: self.shown.to_owned() });
        }
        Ok(is_read.then_some((relative, target)))
    }

    fn show_directory(&self, directory: &str) -> String {
        match directory.is_empty() {
            true => self.shown.to_owned(),
            false => join(self.shown, directory),
        }
    }

    fn not_utf8(&self, directory: &str) -> SourceError {
        let why = "it holds a file whose name is not UTF-8".to_owned();
        SourceError::Unreadable { path: self.show_directory(directory), why }
    }
}
