//! The program as who calls it meets it, without a server.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

/// How it ends, and what it prints on standard output and on standard error.
fn xtask(words: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(words).output().unwrap();
    let [printed, said] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), printed, said)
}

#[test]
fn help_is_printed_and_wrong_usage_is_an_error() {
    for words in [&["--help"][..], &["-h"], &["stack", "--help"], &["stack", "up", "--port", "1", "-h"]] {
        let (code, printed, said) = xtask(words);
        assert_eq!((code, said.as_str()), (Some(0), ""), "{words:?}");
        assert!(printed.starts_with("usage: cargo xtask "), "{words:?}: {printed}");
    }
    let wrong = [&[][..], &["stacks"], &["stack"], &["stack", "start"], &["stack", "up", "--brokers", "2"]];
    for words in wrong {
        let (code, printed, said) = xtask(words);
        assert_eq!((code, printed.as_str()), (Some(1), ""), "{words:?}");
        assert!(said.contains("usage: cargo xtask "), "{words:?}: {said}");
    }
}

/// A stack of one part, as it is written, of which nothing runs.
fn written(directory: &Path) {
    let layout = json!({
        "directory": directory, "programs": directory, "cache": directory, "brokers": "1", "schemas": "Registered",
        "port": 27_100, "lines": false
    });
    let part = json!({
        "name": "gateway", "service": "gateway", "port": 27_150, "words": ["sleep", "60"], "ready": "Connects",
        "ends": "Terminated", "directory": directory
    });
    fs::write(directory.join("stack.json"), json!({"layout": layout, "parts": [part]}).to_string()).unwrap();
}

#[test]
fn a_stack_that_is_down_is_said_to_be() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().to_str().unwrap();
    let (code, printed, said) = xtask(&["stack", "status", "--dir", place]);
    assert_eq!((code, printed.as_str()), (Some(1), ""));
    assert!(said.contains("there is no stack in ") && said.contains(place), "{said}");
    written(directory.path());
    let (code, printed, _) = xtask(&["stack", "status", "--dir", place]);
    let row: Vec<&str> = printed.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!((code, &row[..4]), (Some(1), &["gateway", "-", "27150", "down"][..]), "{printed}");
    let (code, printed, _) = xtask(&["stack", "down", "--dir", place]);
    assert_eq!((code, printed), (Some(0), format!("nothing ran in {place}\n")));
}
