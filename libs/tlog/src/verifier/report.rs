//! What a verification found.

use serde::{Serialize, Serializer};

use crate::error::NoteError;
use crate::export::Selection;
use crate::hash::Hash;

/// As many defects are listed; the rest are counted.
pub const MAX_DEFECTS: usize = 1000;

/// What an export is found to be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Whether everything that the export holds and claims is as it was signed.
    pub verified: bool,
    /// The organisation, if the header was read.
    pub organisation: Option<String>,
    /// The log, from the verified checkpoint.
    pub origin: Option<String>,
    /// The number of leaves of the log, from the verified checkpoint.
    pub size: Option<u64>,
    /// The root of the log's tree, from the verified checkpoint.
    pub root: Option<Hash>,
    /// The keys that signed the checkpoint, of those that were given: `NAME+ID`.
    pub signed_by: Vec<String>,
    /// Which leaves the export claims to hold. Of a part, completeness is not claimed.
    pub selection: Option<Selection>,
    /// How many leaves the export holds.
    pub leaves: u64,
    /// How many of them are in the tree of the verified checkpoint, just as they are shown.
    pub proven: u64,
    /// How many earlier checkpoints are signed and continued by the verified one.
    pub checkpoints: u64,
    /// What is wrong, by line.
    pub defects: Vec<Defect>,
    /// How many defects more there are than are listed.
    pub unlisted: u64,
}

/// One thing that is not as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Defect {
    /// The line of the export, from 1.
    pub line: u64,
    /// The leaf's index, if it is about one.
    pub leaf: Option<u64>,
    /// What kind of defect it is.
    #[serde(rename = "code")]
    pub fault: Fault,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl Defect {
    pub(crate) fn of_line(line: u64, fault: Fault, message: impl Into<String>) -> Self {
        Self { line, leaf: None, fault, message: message.into() }
    }

    pub(crate) fn of_leaf(line: u64, leaf: u64, fault: Fault, message: impl Into<String>) -> Self {
        Self { line, leaf: Some(leaf), fault, message: message.into() }
    }
}

/// The kinds of defects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A line that an export does not have, or not there.
    Export,
    /// The end is missing.
    Truncated,
    /// A signed note or a checkpoint that has another form.
    Note,
    /// A signature that does not fit.
    SignatureInvalid,
    /// No signature by the key given.
    SignatureUnknown,
    /// Two names of the log that differ.
    Origin,
    /// An earlier checkpoint that the log does not continue.
    Inconsistent,
    /// A leaf that is not what was signed.
    LeafAltered,
    /// A proof that does not lead to the signed root.
    Proof,
    /// A leaf that should be there.
    LeafMissing,
    /// A leaf out of order.
    LeafMisplaced,
    /// A leaf that is there twice.
    LeafDuplicated,
}

impl Fault {
    /// The stable code, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Export => "AUDIT_EXPORT_INVALID",
            Self::Truncated => "AUDIT_EXPORT_TRUNCATED",
            Self::Note => "AUDIT_NOTE_INVALID",
            Self::SignatureInvalid => "AUDIT_SIGNATURE_INVALID",
            Self::SignatureUnknown => "AUDIT_SIGNATURE_UNKNOWN",
            Self::Origin => "AUDIT_ORIGIN_MISMATCH",
            Self::Inconsistent => "AUDIT_CHECKPOINT_INCONSISTENT",
            Self::LeafAltered => "AUDIT_LEAF_ALTERED",
            Self::Proof => "AUDIT_PROOF_INVALID",
            Self::LeafMissing => "AUDIT_LEAF_MISSING",
            Self::LeafMisplaced => "AUDIT_LEAF_MISPLACED",
            Self::LeafDuplicated => "AUDIT_LEAF_DUPLICATED",
        }
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl From<&NoteError> for Fault {
    fn from(error: &NoteError) -> Self {
        match error {
            NoteError::Malformed(_) | NoteError::Checkpoint(_) => Self::Note,
            NoteError::SignatureInvalid(_) => Self::SignatureInvalid,
            NoteError::SignatureUnknown(_) => Self::SignatureUnknown,
            NoteError::OriginMismatch { .. } => Self::Origin,
        }
    }
}

/// Defects as they are found.
#[derive(Debug, Default)]
pub(crate) struct Defects {
    listed: Vec<Defect>,
    unlisted: u64,
}

impl Defects {
    pub(crate) fn push(&mut self, defect: Defect) {
        if self.listed.len() < MAX_DEFECTS {
            self.listed.push(defect);
        } else {
            self.unlisted += 1;
        }
    }

    /// The list by line, and how many more there are.
    pub(crate) fn into_list(mut self) -> (Vec<Defect>, u64) {
        self.listed.sort_by_key(|defect| (defect.line, defect.leaf));
        (self.listed, self.unlisted)
    }
}
