//! The edit of one file: as it is written, and as it is published.

use std::fmt::Write as _;

use kube_model::{ManifestFile, SecretSpan, SecretSpans};
use manifest_edit::{Splice, apply, normalised};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::pieces::{Piece, Quarry};

/// What becomes of one file of the target. It shows no secret: of a secret that is written anew (an item that moves, a
/// list that is laid out again) it says where the file has it. [`apply_edit`](super::apply_edit) makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
}

/// The replacement of a range of bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByteSplice {
    /// Where the bytes start that go.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// What comes in their place, with every secret in it replaced by its mark.
    pub text: String,
    /// Whether there is one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
    /// What is written then: text, and ranges of the file before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
}

/// The edit of a file with its texts, in which its secrets stand.
pub(crate) struct Written<'a> {
    pub(crate) path: String,
    /// Whether the file starts with a byte-order mark, which its texts do not hold.
    bom: bool,
    /// The text before; none for a new file.
    before: Option<&'a str>,
    /// The text after; none for a removed file.
    pub(crate) after: Option<String>,
    /// What is replaced in the text before, in order.
    splices: Vec<Splice>,
}

/// The byte-order mark.
const MARK: &str = "\u{feff}";

impl<'a> Written<'a> {
    /// A file of any kind, from its bytes before and its text after; none if it is no text, or does not change. What is
    /// common at both ends stays.
    pub(crate) fn text(path: &str, before: Option<&'a [u8]>, after: Option<String>) -> Option<Self> {
        let before = match before {
            Some(bytes) => Some(std::str::from_utf8(bytes).ok()?),
            None => None,
        };
        let bom = before.is_some_and(|text| text.starts_with(MARK));
        let before = before.map(|text| text.strip_prefix(MARK).unwrap_or(text));
        let after = after.map(|text| text.strip_prefix(MARK).map(str::to_owned).unwrap_or(text));
        if before == after.as_deref() {
            return None;
        }
        let splices = match (before, &after) {
            (Some(before), Some(after)) => line_splices(before, after),
            (before, after) => {
                vec![Splice {
                    range: 0..before.unwrap_or_default().len(),
                    text: after.clone().unwrap_or_default(),
                }]
            }
        };
        Some(Self { path: path.to_owned(), bom, before, after, splices })
    }

    /// A file that is new: this text and no byte-order mark.
    pub(super) fn new(path: String, text: String) -> Self {
        let splices = vec![Splice { range: 0..0, text: text.clone() }];
        Self { path, bom: false, before: None, after: Some(text), splices }
    }

    /// A file that goes, or gets another text.
    pub(super) fn whole(file: &'a ManifestFile, after: Option<String>) -> Self {
        let splice = Splice { range: 0..file.text.len(), text: after.clone().unwrap_or_default() };
        Self::of(file, after, vec![splice])
    }

    /// A file that is edited, if that changes it.
    pub(super) fn edited(file: &'a ManifestFile, splices: &[Splice]) -> Option<Self> {
        let after = apply(&file.text, splices);
        (after != file.text).then(|| Self::of(file, Some(after), normalised(splices)))
    }

    fn of(file: &'a ManifestFile, after: Option<String>, splices: Vec<Splice>) -> Self {
        Self { path: file.path.to_string(), bom: file.bom, before: Some(&file.text), after, splices }
    }

    /// The edit as everybody may see it, from the secrets of the file before and after.
    ///
    /// # Errors
    /// The secrets that are written in a way that no text of the file before has.
    pub(crate) fn publish(&self, had: &SecretSpans, now: &SecretSpans) -> Result<FileEdit, Vec<SecretSpan>> {
        let mark = if self.bom { MARK } else { "" };
        let quarry = Quarry { text: self.before.unwrap_or_default(), secrets: had, offset: mark.len() };
        let mut splices = self.published(&quarry, now)?;
        // A file that goes takes its mark with it.
        if let (None, Some(splice)) = (&self.after, splices.first_mut()) {
            splice.start = 0;
        }
        Ok(FileEdit {
            path: self.path.clone(),
            hash_before: self.before.map(|text| sha256(&[mark.as_bytes(), text.as_bytes()])),
            hash_after: self.after.as_ref().map(|text| sha256(&[mark.as_bytes(), text.as_bytes()])),
            splices,
        })
    }

    fn published(&self, quarry: &Quarry<'_>, now: &SecretSpans) -> Result<Vec<ByteSplice>, Vec<SecretSpan>> {
        let after = self.after.as_deref().unwrap_or_default();
        // How far the text after has moved against the text before.
        let (mut added, mut gone) = (0, 0);
        let (mut splices, mut lost) = (Vec::with_capacity(self.splices.len()), Vec::new());
        for splice in &self.splices {
            let start = splice.range.start + added - gone;
            added += splice.text.len();
            gone += splice.range.len();
            let written = start..start + splice.text.len();
            let shown = now.masked(after, written.clone());
            let pieces = match &shown {
                None => Vec::new(),
                Some(_) => quarry.pieces(after, written, now).unwrap_or_else(|span| {
                    lost.push(span);
                    Vec::new()
                }),
            };
            splices.push(ByteSplice {
                start: quarry.offset + splice.range.start,
                end: quarry.offset + splice.range.end,
                masked: shown.is_some(),
                text: shown.unwrap_or_else(|| splice.text.clone()),
                pieces,
            });
        }
        if lost.is_empty() { Ok(splices) } else { Err(lost) }
    }
}

/// The splices that turn one text into another, line by line.
fn line_splices(before: &str, after: &str) -> Vec<Splice> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let starts: Vec<usize> = std::iter::once(0)
        .chain(old.iter().scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        }))
        .collect();
    let mut splices = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (_, olds, news) = op.as_tag_tuple();
        if !matches!(op, DiffOp::Equal { .. }) {
            splices.push(Splice { range: starts[olds.start]..starts[olds.end], text: new[news].concat() });
        }
    }
    splices
}

/// The SHA-256 of these bytes, one after the other, in hexadecimal.
pub(super) fn sha256(parts: &[&[u8]]) -> String {
    let digest = parts.iter().fold(Sha256::new(), |digest, part| digest.chain_update(part)).finalize();
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
