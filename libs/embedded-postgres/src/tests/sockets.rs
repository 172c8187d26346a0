use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::identity::RunAs;

fn caller() -> Identity {
    Identity { run_as: RunAs::Caller, peer: "me".to_owned() }
}

/// A directory whose path has this many bytes.
fn root(parent: &Path, length: usize) -> PathBuf {
    let missing = length.checked_sub(parent.as_os_str().len() + 1).unwrap();
    let path = parent.join("x".repeat(missing));
    fs::create_dir(&path).unwrap();
    path
}

/// unix(7): `sun_path` has 108 bytes, of which the last is a NUL. `/run/.s.PGSQL.5432` has 18, so a root may have 89.
#[test]
fn the_longest_path_that_fits_stays_in_the_data_directory() {
    let (parent, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let fits = root(parent.path(), 89);
    assert_eq!(directory(&fits, temporary.path(), &caller()).unwrap(), fits.join("run"));
    let long = root(parent.path(), 90);
    let short = directory(&long, temporary.path(), &caller()).unwrap();
    assert_eq!(short.parent(), Some(temporary.path()));
    assert_eq!(fs::metadata(&short).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(directory(&long, temporary.path(), &caller()).unwrap(), short, "the same at the next start");
}

/// The setting that names it is a list of quoted paths.
#[test]
fn so_does_a_path_without_special_characters() {
    let (parent, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for name in ["a b", "a,b", "a'b", "a\"b", "a\nb", "\u{e4}"] {
        let root = parent.path().join(name);
        fs::create_dir(&root).unwrap();
        assert_eq!(
            directory(&root, temporary.path(), &caller()).unwrap().parent(),
            Some(temporary.path()),
            "{name}"
        );
    }
}

#[test]
fn two_data_directories_have_two() {
    let (parent, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let made = [100, 101]
        .map(|length| directory(&root(parent.path(), length), temporary.path(), &caller()).unwrap());
    assert_ne!(made[0], made[1]);
}

/// Somebody else was faster in a directory that is everybody's.
#[test]
fn one_that_is_open_to_others_or_a_link_is_not_taken() {
    let (parent, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let long = root(parent.path(), 100);
    let short = directory(&long, temporary.path(), &caller()).unwrap();
    fs::set_permissions(&short, Permissions::from_mode(0o750)).unwrap();
    let error = directory(&long, temporary.path(), &caller()).unwrap_err();
    assert_eq!(error.code(), "DATA_DIRECTORY_UNUSABLE");
    fs::remove_dir(&short).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), &short).unwrap();
    assert!(directory(&long, temporary.path(), &caller()).is_err());
}
