//! The edit of one file, as it is published.

use std::fmt::Write as _;

use kube_model::ManifestFile;
use manifest_edit::{Splice, apply, normalised};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What becomes of one file of the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEdit {
    /// Its path, relative to the target.
    pub path: String,
    /// SHA-256 of the file's bytes before, in hexadecimal; none for a new file.
    pub hash_before: Option<String>,
    /// SHA-256 of the file's bytes after; none for a removed file.
    pub hash_after: Option<String>,
    /// The bytes that go and what comes in their place, in order and apart from one another. A new or removed file is
    /// one splice. Like the hashes they count a byte-order mark, which an edited file keeps.
    pub splices: Vec<ByteSplice>,
    /// The text before, without a byte-order mark.
    #[serde(skip)]
    pub before: Option<String>,
    /// The text after, without a byte-order mark.
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

/// The byte-order mark.
const MARK: &str = "\u{feff}";

impl FileEdit {
    /// A file that is new: this text and no byte-order mark.
    pub(super) fn new(path: String, text: String) -> Self {
        let splices = vec![ByteSplice { start: 0, end: 0, text: text.clone() }];
        Self {
            path,
            hash_before: None,
            hash_after: Some(sha256("", &text)),
            splices,
            before: None,
            after: Some(text),
        }
    }

    /// A file that goes, or gets another text.
    pub(super) fn whole(file: &ManifestFile, after: Option<String>) -> Self {
        let splice = Splice { range: 0..file.text.len(), text: after.clone().unwrap_or_default() };
        let mut edit = Self::of(file, after, &[splice]);
        // A file that goes takes its mark with it.
        if let (None, Some(splice)) = (&edit.after, edit.splices.first_mut()) {
            splice.start = 0;
        }
        edit
    }

    /// A file that is edited, if that changes it.
    pub(super) fn edited(file: &ManifestFile, splices: &[Splice]) -> Option<Self> {
        let after = apply(&file.text, splices);
        (after != file.text).then(|| Self::of(file, Some(after), &normalised(splices)))
    }

    fn of(file: &ManifestFile, after: Option<String>, splices: &[Splice]) -> Self {
        let mark = if file.bom { MARK } else { "" };
        let splice = |splice: &Splice| ByteSplice {
            start: mark.len() + splice.range.start,
            end: mark.len() + splice.range.end,
            text: splice.text.clone(),
        };
        Self {
            path: file.path.to_string(),
            hash_before: Some(sha256(mark, &file.text)),
            hash_after: after.as_ref().map(|text| sha256(mark, text)),
            splices: splices.iter().map(splice).collect(),
            before: Some(file.text.clone()),
            after,
        }
    }
}

fn sha256(mark: &str, text: &str) -> String {
    let digest = Sha256::new().chain_update(mark).chain_update(text).finalize();
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
