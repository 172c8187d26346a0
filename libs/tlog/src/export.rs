//! The export: JSON Lines that hold all that is needed to check them, except the key. `docs/audit-log.md` describes them.

use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::leaf::Leaf;

/// What [`Header::format`] says.
pub const FORMAT: &str = "plimsoll-audit-export";
/// The version of the format that this crate writes and reads.
pub const VERSION: u32 = 1;

/// One line of an export: the header, earlier checkpoints by size, leaves by index, the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "a stream holds one line at a time, and most are leaves")]
pub enum Line {
    /// The first line.
    Header(Header),
    /// An earlier checkpoint.
    Checkpoint(CheckpointLine),
    /// A leaf.
    Leaf(LeafLine),
    /// The last line.
    End(End),
}

/// What the export is of. All of it is also in the signed checkpoint, or changes only what is claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The organisation: the last part of the origin.
    pub organisation: String,
    /// The log, as the checkpoint names it.
    pub origin: String,
    /// Which leaves follow.
    pub selection: Selection,
    /// The signed checkpoint that every proof leads to.
    pub checkpoint: String,
}

impl Header {
    /// The header of an export of this version.
    #[must_use]
    pub fn new(organisation: &str, origin: &str, selection: Selection, checkpoint: &str) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            organisation: organisation.to_owned(),
            origin: origin.to_owned(),
            selection,
            checkpoint: checkpoint.to_owned(),
        }
    }
}

/// Which leaves an export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Selection {
    /// Every leaf of the checkpoint's tree; one that is not there is missing.
    All,
    /// Some of them: what is there is proven, and nothing is claimed about the rest.
    Part,
}

/// A checkpoint that was signed earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointLine {
    /// The signed note.
    pub note: String,
    /// The consistency proof from its size to the header's.
    pub proof: Vec<Hash>,
}

/// A leaf with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafLine {
    /// The leaf's number in the log, from 0.
    pub index: u64,
    /// What it covers: `position` and `record`.
    #[serde(flatten)]
    pub leaf: Leaf,
    /// Its hash, to tell an altered record from an altered proof.
    pub hash: Hash,
    /// The inclusion proof in the header's checkpoint.
    pub proof: Vec<Hash>,
}

/// How many lines stand before the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// The earlier checkpoints.
    pub checkpoints: u64,
    /// The leaves.
    pub leaves: u64,
}

impl Line {
    /// The line's only spelling, without a line break.
    ///
    /// # Errors
    ///
    /// None of these values makes JSON fail.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads a line in its only spelling.
    ///
    /// # Errors
    ///
    /// Says in one sentence what is wrong.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let line: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match line.encode() {
            Ok(text) if text.as_bytes() == bytes => Ok(line),
            _ => Err("it is spelled differently from how it was exported".to_owned()),
        }
    }
}
