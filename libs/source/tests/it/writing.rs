use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use source::{Change, apply, sha256};

use crate::sandbox::Sandbox;

fn change(path: &str, before: Option<&str>, after: Option<&str>) -> Change {
    Change {
        path: path.to_owned(),
        before: before.map(|text| sha256(text.as_bytes())),
        after: after.map(|text| text.as_bytes().to_vec()),
    }
}

#[test]
fn sha_256_is_that_of_the_standard() {
    // FIPS 180-2, appendix B.1.
    assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn files_are_changed_created_and_removed() {
    let sandbox = Sandbox::new().file("a.yaml", "old").file("b.yaml", "gone").file("c.yaml", "kept");
    fs::set_permissions(sandbox.path().join("a.yaml"), Permissions::from_mode(0o640)).unwrap();
    apply(
        &sandbox.path(),
        &[
            change("a.yaml", Some("old"), Some("new\r\n")),
            change("b.yaml", Some("gone"), None),
            change("deep/er/d.yaml", None, Some("made")),
        ],
    )
    .unwrap();
    assert_eq!(sandbox.read("a.yaml").as_deref(), Some("new\r\n"));
    assert_eq!(sandbox.read("b.yaml"), None);
    assert_eq!(sandbox.read("c.yaml").as_deref(), Some("kept"));
    assert_eq!(sandbox.read("deep/er/d.yaml").as_deref(), Some("made"));
    let mode = fs::metadata(sandbox.path().join("a.yaml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let names = fs::read_dir(sandbox.path()).unwrap().count();
    assert_eq!(names, 3, "no temporary file is left");
}

#[test]
fn nothing_is_written_when_a_file_has_changed() {
    for second in [
        change("b.yaml", Some("other"), Some("new")),
        change("b.yaml", None, Some("new")),
        change("gone.yaml", Some("was"), Some("new")),
        change("gone.yaml", Some("was"), None),
    ] {
        let sandbox = Sandbox::new().file("a.yaml", "old").file("b.yaml", "b");
        let changes =
            [change("a.yaml", Some("old"), Some("new")), change("new/c.yaml", None, Some("c")), second];
        assert_eq!(apply(&sandbox.path(), &changes).unwrap_err().code(), "FILE_CHANGED");
        assert_eq!(sandbox.read("a.yaml").as_deref(), Some("old"));
        assert_eq!(fs::read_dir(sandbox.path()).unwrap().count(), 2);
    }
}

#[test]
fn no_path_leaves_the_root() {
    let sandbox = Sandbox::new().file("outside.yaml", "x").file("root/a.yaml", "a").link("root/up", "..");
    for path in ["../outside.yaml", "/etc/passwd", "up/outside.yaml", "up/new.yaml", "a/../../outside.yaml"] {
        let error = apply(&sandbox.path().join("root"), &[change(path, None, Some("y"))]).unwrap_err();
        assert_eq!(error.code(), "SOURCE_OUTSIDE", "{path}");
    }
    assert_eq!(sandbox.read("outside.yaml").as_deref(), Some("x"));
}

#[test]
fn a_link_stays_a_link() {
    let sandbox = Sandbox::new().file("data/a.yaml", "old").link("a.yaml", "data/a.yaml");
    apply(&sandbox.path(), &[change("a.yaml", Some("old"), Some("new"))]).unwrap();
    assert_eq!(sandbox.read("data/a.yaml").as_deref(), Some("new"));
    assert!(fs::symlink_metadata(sandbox.path().join("a.yaml")).unwrap().is_symlink());
}

#[test]
fn what_cannot_be_put_in_place_puts_the_rest_back() {
    let sandbox = Sandbox::new().file("a.yaml", "old").file("file", "");
    let changes = [change("a.yaml", Some("old"), Some("new")), change("file/b.yaml", None, Some("b"))];
    let error = apply(&sandbox.path(), &changes).unwrap_err();
    assert!(matches!(error.code(), "WRITE_FAILED" | "SOURCE_UNREADABLE"), "{error}");
    assert_eq!(sandbox.read("a.yaml").as_deref(), Some("old"));
}
