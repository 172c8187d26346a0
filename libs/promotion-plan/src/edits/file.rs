//! The edit of one file, as it is published.

use std::fmt::Write as _;

use manifest_edit::Splice;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What becomes of one file of the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEdit {
    /// Its path, relative to the target.
    pub path: String,
    /// SHA-256 of the file before, in hexadecimal; none for a new file.
    pub hash_before: Option<String>,
    /// SHA-256 of the file after; none for a removed file.
    pub hash_after: Option<String>,
    /// The bytes that go and what comes in their place, in order. A new or removed file is one splice.
    pub splices: Vec<ByteSplice>,
    /// The text before.
    #[serde(skip)]
    pub before: Option<String>,
    /// The text after.
    #[serde(skip)]
    pub after: Option<String>,
}

/// The replacement of a range of bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ByteSplice {
    /// Where the bytes start that go.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// What comes in their place.
    pub text: String,
}

impl From<Splice> for ByteSplice {
    fn from(splice: Splice) -> Self {
        Self { start: splice.range.start, end: splice.range.end, text: splice.text }
    }
}

pub(super) fn file_edit(
    path: String,
    before: Option<String>,
    after: Option<String>,
    splices: Vec<ByteSplice>,
) -> FileEdit {
    let hash = |text: &Option<String>| text.as_ref().map(|text| sha256(text));
    FileEdit { path, hash_before: hash(&before), hash_after: hash(&after), splices, before, after }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
