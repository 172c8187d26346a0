//! Locks of a mirror, in whatever process: one writes to it, and nobody throws it away who is not alone.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// How often a lock that somebody else holds is tried.
const EVERY: Duration = Duration::from_millis(20);

/// Takes the lock that a file stands for, and holds it until the file is dropped; none if somebody else has held it
/// for `patience`.
pub(super) fn take(path: &Path, patience: Duration) -> io::Result<Option<File>> {
    hold(path, patience, File::try_lock)
}

/// [`take`], beside others who share it: who takes it waits for all of them.
pub(super) fn share(path: &Path, patience: Duration) -> io::Result<Option<File>> {
    hold(path, patience, File::try_lock_shared)
}

fn hold(
    path: &Path,
    patience: Duration,
    attempt: impl Fn(&File) -> Result<(), TryLockError>,
) -> io::Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    let tries = patience.as_millis() / EVERY.as_millis();
    for _ in 0..=tries {
        match attempt(&file) {
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

    #[test]
    fn who_takes_what_others_share_waits_for_all_of_them() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kept");
        let (one, two) = (share(&path, Duration::ZERO).unwrap(), share(&path, Duration::ZERO).unwrap());
        assert!(one.is_some() && two.is_some());
        drop(one);
        assert!(take(&path, Duration::ZERO).unwrap().is_none());
        drop(two);
        let taken = take(&path, Duration::ZERO).unwrap();
        assert!(taken.is_some());
        assert!(share(&path, Duration::ZERO).unwrap().is_none());
    }
}
