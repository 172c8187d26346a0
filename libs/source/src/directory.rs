//! Reading a directory, or a single file, of the working tree.

use std::fs;
use std::path::Path;

use crate::error::SourceError;
use crate::file;
use crate::select;
use crate::tree::{Limits, Shown, SourceFile, SourceTree, join};
use crate::walk::Walk;

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
    let files = Walk { root, shown, wanted: &select::wanted_manifest }.read(limits)?;
    if files.is_empty() {
        return Err(SourceError::Empty { description: shown.to_owned() });
    }
    Ok(SourceTree {
        description: shown.to_owned(),
        files,
        pinned: None,
        prefix: prefix(root, working),
        root: Some(root.to_owned()),
        shown: Shown { before: join(shown, ""), after: String::new() },
    })
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
