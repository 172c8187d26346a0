//! One writer a mirror, in whatever process.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// How often a lock that somebody else holds is tried.
const EVERY: Duration = Duration::from_millis(20);

/// Takes the lock that a file stands for, and holds it until the file is dropped; none if somebody else has held it
/// for `patience`.
pub(super) fn take(path: &Path, patience: Duration) -> std::io::Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    let tries = patience.as_millis() / EVERY.as_millis();
    for _ in 0..=tries {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => sleep(EVERY),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_has_one_holder() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let held = take(&path, Duration::ZERO).unwrap();
        assert!(held.is_some());
        assert!(take(&path, Duration::from_millis(50)).unwrap().is_none());
        drop(held);
        assert!(take(&path, Duration::ZERO).unwrap().is_some());
    }
}
