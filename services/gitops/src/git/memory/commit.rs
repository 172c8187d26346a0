//! A commit in memory.

use std::collections::BTreeMap;

use source::sha256;

/// A commit with all its files.
#[derive(Debug, Clone)]
pub(super) struct StoredCommit {
    pub(super) parents: Vec<String>,
    pub(super) message: String,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Who made it, and when.
    pub(super) made: String,
}

impl StoredCommit {
    /// A hash of all that it is, as long as Git's.
    pub(super) fn hash(&self) -> String {
        let mut text = format!("{:?}\n{:?}\n{:?}\n", self.parents, self.message, self.made);
        for (path, bytes) in &self.files {
            text.push_str(&format!("{} {path:?}\n", sha256(bytes)));
        }
        sha256(text.as_bytes())[..40].to_owned()
    }
}
