//! `preview --write`: the edit lands in the working tree, whole or not at all.

use std::fs::{self, File};
use std::io::Write as _;
use std::process::Command;
use std::thread;

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

/// Source and target are read before the base, which is a pipe: whoever fills it has the target change first.
#[test]
fn a_file_that_changes_meanwhile_is_left_as_it_is() {
    let sandbox = shop();
    let (pipe, target) = (sandbox.path().join("pipe"), sandbox.path().join("production/web.yaml"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let changed = deployment("web", "hotfix:1");
    let filled = thread::spawn({
        let changed = changed.clone();
        move || {
            // It is open when the command has it open, too.
            let mut pipe = File::options().write(true).open(pipe).unwrap();
            fs::write(target, changed).unwrap();
            pipe.write_all(deployment("web", "a:1").as_bytes()).unwrap();
        }
    });
    let run = sandbox.run(&[&WRITE[..], &["--base", "pipe"]].concat());
    assert_eq!(run.code, 1, "{run:?}");
    let expected = "error[FILE_CHANGED]: web.yaml has changed since it was read; nothing was written";
    assert!(run.err.starts_with(expected), "{run:?}");
    filled.join().unwrap();
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
