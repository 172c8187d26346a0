//! The files at a path of this machine that somebody names: one, or those below a directory.

use std::fs;
use std::path::Path;

use crate::error::SourceError;
use crate::file;
use crate::tree::{Limits, SourceFile, join};
use crate::walk::Walk;

/// The file at a path, or the files below it whose names are `wanted`, sorted, with paths as the path was given. Hidden ones
/// are passed over, and links are followed as long as they stay below it. `what` they are is for the error.
///
/// # Errors
/// `SOURCE_UNREADABLE`, `SOURCE_OUTSIDE`, `MANIFEST_TOO_LARGE`, `SOURCE_TOO_LARGE`; `SOURCE_EMPTY` where no name is wanted.
pub fn files_at(
    path: &str,
    what: &'static str,
    wanted: impl Fn(&str) -> bool,
    limits: &Limits,
) -> Result<Vec<SourceFile>, SourceError> {
    let unreadable = |error| SourceError::unreadable(path, &error);
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        let bytes = file::read(Path::new(path), path, limits.file_bytes)?;
        return Ok(vec![SourceFile { path: path.to_owned(), bytes }]);
    }
    let (root, shown) = (Path::new(path).canonicalize().map_err(unreadable)?, path.trim_end_matches('/'));
    let found = Walk { root: &root, shown, wanted: &|name, _| Ok(wanted(name)) }.read(limits)?;
    if found.is_empty() {
        return Err(SourceError::Nothing { description: path.to_owned(), what });
    }
    let named = found.into_iter().map(|file| SourceFile { path: join(shown, &file.path), ..file });
    Ok(named.collect())
}
