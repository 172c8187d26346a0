//! The lock of a data directory: `flock` on a file that says who holds it. The kernel frees it when the holder ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;

/// Whoever only looks at the lock ([`held_by`]) holds it for a moment, too.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the lock, for as long as the file is open.
pub(crate) fn take(root: &Path) -> Result<File, Error> {
    let path = file(root);
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let mut file = options.open(&path).map_err(|error| Error::io(&path, &error))?;
    for attempt in 1.. {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(Error::io(&path, &error)),
            Err(TryLockError::WouldBlock) if attempt < TRIES => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::InUse { path: root.to_owned(), pid: holder(&mut file) });
            }
        }
    }
    // The pid is for people. Where the disk is full, the lock holds all the same.
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

/// Whom the lock is held by: `None` if it is free, `Some(None)` if the holder is not known.
pub(crate) fn held_by(root: &Path) -> Option<Option<u32>> {
    let mut file = File::open(file(root)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(holder(&mut file)),
        _ => None,
    }
}

fn file(root: &Path) -> PathBuf {
    root.join("lock")
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut text)).ok()?;
    text.trim().parse().ok()
}
