//! A tree of `tests/trees`: the files of a small repository, where it is built, and what the real kustomize makes of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kustomize::{Build, KustomizeError, Limits, build};

pub(crate) struct Tree {
    pub(crate) name: String,
    /// By path from the root of the tree.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) expected: Expected,
}

pub(crate) enum Expected {
    /// What is printed.
    Built(String),
    /// The code of our error.
    Refused(String),
}

impl Tree {
    /// Where it is built: at `overlay`, or at its root where it has none.
    pub(crate) fn entry(&self) -> &'static str {
        if self.files.keys().any(|path| path.starts_with("overlay/")) { "overlay" } else { "" }
    }

    pub(crate) fn build(&self) -> Result<Build, KustomizeError> {
        build(&self.files, self.entry(), &Limits::default())
    }
}

pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trees")
}

/// All of them, by name.
pub(crate) fn all() -> Vec<Tree> {
    let mut names: Vec<_> = fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Tree {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut files = BTreeMap::new();
    gather(path, "", &mut files);
    let mut text = |file: &str| files.remove(file).map(|bytes| String::from_utf8(bytes).unwrap());
    let expected = match (text("expected.yaml"), text("refused")) {
        (Some(yaml), None) => Expected::Built(yaml),
        (None, Some(refused)) => Expected::Refused(refused.lines().next().unwrap().to_owned()),
        _ => panic!("{name}: either `expected.yaml` or `refused` says what becomes of it"),
    };
    Tree { name, files, expected }
}

fn gather(directory: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            gather(&path, &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}
