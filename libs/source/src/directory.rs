//! Reading a directory, or a single file, of the working tree.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::SourceError;
use crate::file::{self, Budget};
use crate::select;
use crate::tree::{Limits, Shown, SourceFile, SourceTree, join};

/// Reads what is at `path`, which messages call `shown` and which lies below `working`.
pub(crate) fn read(
    path: &Path,
    shown: &str,
    working: &Path,
    limits: &Limits,
) -> Result<SourceTree, SourceError> {
    let unreadable = |error| SourceError::unreadable(shown, &error);
    let metadata = fs::metadata(path).map_err(unreadable)?;
    match metadata.is_dir() {
        true => read_directory(&path.canonicalize().map_err(unreadable)?, shown, working, limits),
        false => read_single(path, shown, working, limits),
    }
}

/// A file is its own root: messages name it as it was given. It may be a pipe (`<(kubectl get …)`).
fn read_single(path: &Path, shown: &str, working: &Path, limits: &Limits) -> Result<SourceTree, SourceError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or(shown).to_owned();
    let bytes = file::read(path, shown, limits.file_bytes)?;
    let parent = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    };
    let root = parent.canonicalize().map_err(|error| SourceError::unreadable(shown, &error))?;
    let before = shown.strip_suffix(&name).unwrap_or_default().to_owned();
    Ok(SourceTree {
        description: shown.to_owned(),
        files: vec![SourceFile { path: name, bytes }],
        pinned: None,
        prefix: prefix(&root, working),
        root: Some(root),
        shown: Shown { before, after: String::new() },
    })
}

fn read_directory(
    root: &Path,
    shown: &str,
    working: &Path,
    limits: &Limits,
) -> Result<SourceTree, SourceError> {
    let walk = Walk { root, shown };
    let mut budget = Budget::new(shown, limits.total_bytes);
    let mut files = Vec::new();
    for (path, file) in walk.manifests()? {
        let bytes = file::read(&file, &join(shown, &path), limits.file_bytes)?;
        budget.spend(bytes.len() as u64)?;
        files.push(SourceFile { path, bytes });
    }
    if files.is_empty() {
        return Err(SourceError::Empty { description: shown.to_owned() });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(SourceTree {
        description: shown.to_owned(),
        files,
        pinned: None,
        prefix: prefix(root, working),
        root: Some(root.to_owned()),
        shown: Shown { before: join(shown, ""), after: String::new() },
    })
}

struct Walk<'a> {
    root: &'a Path,
    shown: &'a str,
}

impl Walk<'_> {
    /// Every manifest, with its path relative to the root.
    fn manifests(&self) -> Result<Vec<(String, PathBuf)>, SourceError> {
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
                select::refuse_rendered(&name, || self.show_directory(&directory))?;
                if select::is_hidden(&name) {
                    continue;
                }
                let relative = join(&directory, &name);
                let kind = entry.file_type().map_err(unreadable)?;
                if kind.is_dir() {
                    open.push(relative);
                } else if kind.is_symlink() {
                    found.extend(self.follow(&name, relative)?);
                } else if kind.is_file() && select::is_manifest(&name) {
                    found.push((relative, entry.path()));
                }
            }
        }
        Ok(found)
    }

    /// A link to a manifest is read if it stays below the root. A link to a directory is not walked, since
    /// what it leads to is read in its own place; one that leads elsewhere is refused and not passed over.
    fn follow(&self, name: &str, relative: String) -> Result<Option<(String, PathBuf)>, SourceError> {
        let shown = join(self.shown, &relative);
        let target = match self.root.join(&relative).canonicalize() {
            Ok(target) => target,
            Err(error) if select::is_manifest(name) => return Err(SourceError::unreadable(&shown, &error)),
            Err(_) => return Ok(None),
        };
        let is_read = target.is_file() && select::is_manifest(name);
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

/// The root relative to the working directory or else to its repository, with `/`.
fn prefix(root: &Path, working: &Path) -> String {
    let below = |top: &Path| root.strip_prefix(top).ok().and_then(Path::to_str).map(str::to_owned);
    let repository = || root.ancestors().find(|directory| directory.join(".git").exists());
    working
        .canonicalize()
        .ok()
        .and_then(|working| below(&working))
        .or_else(|| below(repository()?))
        .unwrap_or_default()
}
