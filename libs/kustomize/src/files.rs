//! The files that a build reads.

use std::collections::BTreeMap;

use file_tree::{FileTree, Found};

/// The files of a repository by path from its root: `a/b.yaml`, with no `.`, `..` or empty part.
pub trait Files {
    /// The bytes of a file; none where there is no such file.
    fn read(&self, path: &str) -> Option<&[u8]>;
    /// Whether there is a directory of this path; the empty path is the root.
    fn is_directory(&self, path: &str) -> bool;
    /// Whether the path is, or leads through, a symbolic link; none is followed.
    fn is_link(&self, _path: &str) -> bool {
        false
    }
}

impl<B: AsRef<[u8]>> Files for BTreeMap<String, B> {
    fn read(&self, path: &str) -> Option<&[u8]> {
        self.get(path).map(AsRef::as_ref)
    }

    fn is_directory(&self, path: &str) -> bool {
        if path.is_empty() {
            return true;
        }
        let below = format!("{path}/");
        let from = (std::ops::Bound::Included(below.as_str()), std::ops::Bound::Unbounded);
        self.range::<str, _>(from).next().is_some_and(|(first, _)| first.starts_with(&below))
    }
}

impl Files for FileTree {
    fn read(&self, path: &str) -> Option<&[u8]> {
        match self.find(path) {
            Found::File(bytes) => Some(bytes),
            _ => None,
        }
    }

    fn is_directory(&self, path: &str) -> bool {
        self.find(path) == Found::Directory
    }

    fn is_link(&self, path: &str) -> bool {
        self.find(path) == Found::Link
    }
}
