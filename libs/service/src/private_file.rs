//! Files that hold secrets.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Writes a file for its owner alone, whole or not at all, and does not return before it is on the disk.
///
/// # Errors
/// What the system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = beside(path);
    // One that somebody else had put there would be theirs to read.
    let _ = fs::remove_file(&new);
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&new)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&new, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    // A bare name is of the working directory.
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    fs::File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// Whether a private file can be written there, which is found out by writing one.
///
/// # Errors
/// What the system says.
pub fn try_private(path: &Path) -> io::Result<()> {
    let probe = beside(path);
    write_private(&probe, b"nothing yet")?;
    fs::remove_file(probe)
}

/// A name that no other process writes to.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_private_file_is_its_owners_and_replaces_the_one_before() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("admin.token");
        for text in ["first", "2nd"] {
            write_private(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        try_private(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "2nd");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left over");
        assert!(try_private(&directory.path().join("nowhere/admin.token")).is_err());
        let link = directory.path().join(format!("admin.key.{}.new", std::process::id()));
        std::os::unix::fs::symlink(&path, link).unwrap();
        write_private(&directory.path().join("admin.key"), b"3rd").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "2nd", "a link that lay there is not followed");
        // Where the tests run, which is this package's directory.
        let bare = Path::new("private-file-of-a-test");
        write_private(bare, b"x").unwrap();
        fs::remove_file(bare).unwrap();
    }
}
