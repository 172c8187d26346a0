//! `preview --write`: the edit lands in the working tree, whole or not at all.

use std::fs;

use crate::sandbox::{Sandbox, deployment};

fn shop() -> Sandbox {
    Sandbox::new()
        .file("staging/web.yaml", deployment("web", "a:2"))
        .file("production/web.yaml", format!("# ours\r\n{}", deployment("web", "a:1").replace('\n', "\r\n")))
        .file("production/notes.txt", "kept")
}

const WRITE: [&str; 6] = ["preview", "--from", "staging", "--to", "production", "--write"];

fn read(sandbox: &Sandbox, path: &str) -> String {
    fs::read_to_string(sandbox.path().join(path)).unwrap()
}

#[test]
fn only_the_bytes_of_the_value_change() {
    let sandbox = shop();
    let before = read(&sandbox, "production/web.yaml");
    let run = sandbox.run(&WRITE);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("Written: 1 file (production/web.yaml)\n"), "{}", run.out);
    assert_eq!(read(&sandbox, "production/web.yaml"), before.replace("a:1", "a:2"));
    assert_eq!(read(&sandbox, "production/notes.txt"), "kept");
}

#[test]
fn a_byte_order_mark_stays() {
    let sandbox = shop();
    sandbox.put("production/web.yaml", format!("\u{feff}{}", deployment("web", "a:1")));
    assert_eq!(sandbox.run(&WRITE).code, 0);
    assert_eq!(read(&sandbox, "production/web.yaml"), format!("\u{feff}{}", deployment("web", "a:2")));
}

#[test]
fn nothing_is_committed() {
    let sandbox = shop();
    sandbox.commit();
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    assert_eq!(sandbox.run(&WRITE).code, 0);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "M production/web.yaml");
}

/// The plan is made while standard input, which is the source, is still open; meanwhile the target changes.
#[test]
fn a_file_that_changes_meanwhile_is_left_as_it_is() {
    use std::io::{Read as _, Write as _};
    use std::process::{Command, Stdio};

    let sandbox = shop();
    let fifo = sandbox.path().join("prices");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .current_dir(sandbox.path())
        .args(["preview", "--to", "production", "--from", "staging", "--base", "-", "--write"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Source and target are read before the base, for which the command waits.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let changed = deployment("web", "hotfix:1");
    sandbox.put("production/web.yaml", &changed);
    child.stdin.take().unwrap().write_all(deployment("web", "a:1").as_bytes()).unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{err}");
    assert!(
        err.starts_with("error[FILE_CHANGED]: web.yaml has changed since it was read; nothing was written"),
        "{err}"
    );
    assert_eq!(read(&sandbox, "production/web.yaml"), changed);
}

#[test]
fn what_is_no_working_tree_cannot_be_written() {
    let sandbox = shop();
    sandbox.commit();
    let run = sandbox.run(&["preview", "--from", "staging", "--to", "git+.//production@main", "--write"]);
    assert_eq!((run.code, run.error_code()), (1, "TARGET_NOT_WRITABLE"));
    let target = deployment("web", "a:1");
    let run =
        sandbox.run_with(&["preview", "--from", "staging", "--to", "-", "--write"], target.as_bytes(), &[]);
    assert_eq!((run.code, run.error_code()), (1, "TARGET_NOT_WRITABLE"));
}
