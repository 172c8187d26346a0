//! The files at a path of this machine that somebody names: one, or those below a directory.

use std::fs;
use std::path::Path;

use crate::error::SourceError;
use crate::file::{self, Budget};
use crate::select;
use crate::tree::{Limits, SourceFile, join};

/// The file at a path, or the files below it whose names are `wanted`, sorted, with paths as the path was given. Hidden ones
/// and links are passed over.
///
/// # Errors
/// `SOURCE_UNREADABLE`, `SOURCE_FILE_TOO_LARGE`, `SOURCE_TOO_LARGE`; `SOURCE_EMPTY` where no name is wanted.
pub fn files_at(
    path: &str,
    wanted: impl Fn(&str) -> bool,
    limits: &Limits,
) -> Result<Vec<SourceFile>, SourceError> {
    let metadata = fs::metadata(path).map_err(|error| SourceError::unreadable(path, &error))?;
    if !metadata.is_dir() {
        let bytes = file::read(Path::new(path), path, limits.file_bytes)?;
        return Ok(vec![SourceFile { path: path.to_owned(), bytes }]);
    }
    let mut budget = Budget::new(path, limits.total_bytes);
    let (mut found, mut open) = (Vec::new(), vec![path.trim_end_matches('/').to_owned()]);
    while let Some(directory) = open.pop() {
        let unreadable = |error| SourceError::unreadable(&directory, &error);
        for entry in fs::read_dir(&directory).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let (inside, kind) = (join(&directory, &name), entry.file_type().map_err(unreadable)?);
            if select::is_hidden(&name) {
                continue;
            }
            if kind.is_dir() {
                open.push(inside);
            } else if kind.is_file() && wanted(&name) {
                let bytes = file::read(&entry.path(), &inside, limits.file_bytes)?;
                budget.spend(bytes.len() as u64)?;
                found.push(SourceFile { path: inside, bytes });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    match found.is_empty() {
        true => Err(SourceError::Empty { description: path.to_owned() }),
        false => Ok(found),
    }
}
