//! What can be wrong with a tree, a proof, a key or a note.

use crate::tree::NodeId;

/// Stored nodes, sizes or indexes that make no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The storage lacks a node that the tree of this size has.
    #[error("the tree's node {} of level {} is not stored", .0.index, .0.level)]
    NodeMissing(NodeId),
    /// A leaf beyond the tree's end.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    NoSuchLeaf {
        /// The leaf's index, from 0.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// An earlier size that is larger than the later one.
    #[error("a tree of {to} leaves does not continue one of {from}")]
    SizesReversed {
        /// The size that should be the earlier one.
        from: u64,
        /// The later size.
        to: u64,
    },
    /// A frontier whose hashes do not fit its size.
    #[error("a frontier of {size} leaves has {expected} hashes, not {found}")]
    FrontierInvalid {
        /// The number of leaves.
        size: u64,
        /// How many complete subtrees a tree of this size is made of.
        expected: u32,
        /// How many hashes there are.
        found: usize,
    },
    /// More leaves than a signed 64-bit number counts.
    #[error("a tree of {0} leaves is larger than any log")]
    TooLarge(u64),
}

impl TreeError {
    /// The stable code, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NodeMissing(_) => "AUDIT_NODE_MISSING",
            Self::NoSuchLeaf { .. } | Self::SizesReversed { .. } => "AUDIT_INDEX_INVALID",
            Self::FrontierInvalid { .. } | Self::TooLarge(_) => "AUDIT_FRONTIER_INVALID",
        }
    }
}

/// A proof that proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf or the sizes are out of range, so that nothing can be proven.
    #[error("there is no proof for these sizes")]
    OutOfRange,
    /// Too many or too few hashes for the tree's size.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

impl ProofError {
    /// The stable code, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "AUDIT_PROOF_INVALID"
    }
}

/// A text that is no key. The text is not repeated: it may be a private one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key is not valid: {0}")]
pub struct KeyError(pub(crate) &'static str);

impl KeyError {
    /// The stable code, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "AUDIT_KEY_INVALID"
    }
}

/// A signed note that cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It does not have the form of a signed note.
    #[error("the signed note is malformed: {0}")]
    Malformed(&'static str),
    /// Its text does not have the form of a checkpoint.
    #[error("the checkpoint is malformed: {0}")]
    Checkpoint(&'static str),
    /// A signature by a key that we know does not fit the text.
    #[error("the signature by {0} does not fit the text")]
    SignatureInvalid(String),
    /// No signature is by a key that we know.
    #[error("no signature is by the key given (signed by {})", .0.join(", "))]
    SignatureUnknown(Vec<String>),
    /// The checkpoint is of another log than the key's.
    #[error("the checkpoint is of the log {origin:?}, the key is for {key:?}")]
    OriginMismatch {
        /// The log that the checkpoint names.
        origin: String,
        /// The log that the key speaks for.
        key: String,
    },
}

impl NoteError {
    /// The stable code, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::Checkpoint(_) => "AUDIT_NOTE_INVALID",
            Self::SignatureInvalid(_) => "AUDIT_SIGNATURE_INVALID",
            Self::SignatureUnknown(_) => "AUDIT_SIGNATURE_UNKNOWN",
            Self::OriginMismatch { .. } => "AUDIT_ORIGIN_MISMATCH",
        }
    }
}
