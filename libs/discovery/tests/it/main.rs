//! Repositories as teams lay them out, and what is found in them. What is expected was worked out by hand from the pages
//! that each test names.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is the report")]

mod applications;
mod bad_input;
mod declared;
mod flux;
mod init;
mod layouts;
mod owners;
mod sets;
mod shown;
mod sizes;

use discovery::{Found, Repository, discover};
use file_tree::FileTree;

/// A repository, written as `-- path --` lines with each file's text below.
fn repository(text: &str) -> FileTree {
    let files = text.split("-- ").skip(1).map(|file| {
        let (path, text) = file.split_once(" --\n").unwrap();
        (path.to_owned(), text.as_bytes().to_vec())
    });
    FileTree::new(files, [])
}

fn find(text: &str) -> Found {
    discover(Repository { files: &repository(text), urls: &[] }, None)
}

/// What is found, a line each: environments, then notes.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(shown::lines(&find(text)), expected);
}
