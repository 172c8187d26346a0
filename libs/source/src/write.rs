//! Writing edits to a working tree: all of them, or none.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::error::{SourceError, plain};

/// One file that is to be written, created or removed.
#[derive(Debug, Clone)]
pub struct Change {
    /// The file, relative to the root, with `/`.
    pub path: String,
    /// The SHA-256 of the bytes that the edit was made for, in hex; none for a file that is new.
    pub before: Option<String>,
    /// The new bytes; none removes the file.
    pub after: Option<Vec<u8>>,
}

/// The SHA-256 of some bytes, in lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A change whose new bytes lie beside the file, ready to take its place.
struct Staged<'a> {
    change: &'a Change,
    target: PathBuf,
    file: Option<NamedTempFile>,
}

/// Applies changes to the files below `root`. Every file is compared with what its edit was made for; new bytes
/// are written beside the files; the files are compared once more; only then do the new bytes take their place.
///
/// # Errors
/// `FILE_CHANGED` if a file is not what its edit was made for, `SOURCE_OUTSIDE` for a path that leaves the
/// root, `WRITE_FAILED`; nothing is written then. If a file cannot be put in its place after others have been,
/// those are put back.
pub fn apply(root: &Path, changes: &[Change]) -> Result<(), SourceError> {
    let root = root.canonicalize().map_err(|error| failed(&root.display().to_string(), &error))?;
    let targets = changes.iter().map(|change| target(&root, change)).collect::<Result<Vec<_>, _>>()?;
    for (change, target) in changes.iter().zip(&targets) {
        read_expected(change, target)?;
    }
    let mut staged = Vec::with_capacity(changes.len());
    for (change, target) in changes.iter().zip(targets) {
        let file = change.after.as_deref().map(|bytes| stage(&target, &change.path, bytes)).transpose()?;
        staged.push(Staged { change, target, file });
    }
    commit(staged)
}

/// Where a change is written: the file itself where the path is a link to it.
fn target(root: &Path, change: &Change) -> Result<PathBuf, SourceError> {
    let outside = || SourceError::Outside { path: change.path.clone(), root: root.display().to_string() };
    let relative = Path::new(&change.path);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(outside());
    }
    let path = root.join(relative);
    let path = path.canonicalize().unwrap_or(path);
    let existing = path.ancestors().find(|part| part.exists());
    let inside =
        existing.and_then(|part| part.canonicalize().ok()).is_some_and(|part| part.starts_with(root));
    inside.then_some(path).ok_or_else(outside)
}

/// The bytes of the file as they are now, which have to be those that the edit was made for.
fn read_expected(change: &Change, target: &Path) -> Result<Option<Vec<u8>>, SourceError> {
    let now = match fs::read(target) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(SourceError::unreadable(&change.path, &error)),
    };
    match now.as_deref().map(sha256) == change.before {
        true => Ok(now),
        false => Err(SourceError::Changed { path: change.path.clone() }),
    }
}

fn stage(target: &Path, path: &str, bytes: &[u8]) -> Result<NamedTempFile, SourceError> {
    let fail = |error| failed(path, &error);
    let directory = target.parent().unwrap_or(target);
    fs::create_dir_all(directory).map_err(fail)?;
    let mut file = tempfile::Builder::new()
        .prefix(".plimsoll-")
        .permissions(permissions(target))
        .tempfile_in(directory)
        .map_err(fail)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
    if target.exists() {
        fs::set_permissions(file.path(), permissions(target)).map_err(fail)?;
    }
    Ok(file)
}

/// Those of the file that is replaced; for a new one what a shell would give it.
fn permissions(target: &Path) -> Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(target).map_or(Permissions::from_mode(0o666), |metadata| metadata.permissions())
}

fn commit(staged: Vec<Staged<'_>>) -> Result<(), SourceError> {
    let before = staged
        .iter()
        .map(|staged| read_expected(staged.change, &staged.target))
        .collect::<Result<Vec<_>, _>>()?;
    let mut done: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::with_capacity(staged.len());
    for (staged, before) in staged.into_iter().zip(before) {
        let result = match staged.file {
            Some(file) => file.persist(&staged.target).map(drop).map_err(|error| error.error),
            None => fs::remove_file(&staged.target),
        };
        match result {
            Ok(()) => done.push((staged.target, before)),
            Err(error) => {
                put_back(done);
                return Err(failed(&staged.change.path, &error));
            }
        }
    }
    Ok(())
}

/// As well as it goes: the error that is reported is the one that led here.
fn put_back(done: Vec<(PathBuf, Option<Vec<u8>>)>) {
    for (target, before) in done {
        let _ = match before {
            Some(bytes) => fs::write(&target, bytes),
            None => fs::remove_file(&target),
        };
    }
}

fn failed(path: &str, error: &std::io::Error) -> SourceError {
    SourceError::Write { path: path.to_owned(), why: plain(error) }
}
