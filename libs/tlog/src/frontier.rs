//! The growing edge of a tree: all that appending needs.

use serde::{Deserialize, Serialize};

use crate::error::TreeError;
use crate::hash::Hash;
use crate::tree::NodeId;

/// What a storage's signed 64-bit column counts.
const MAX_SIZE: u64 = i64::MAX as u64;

/// The complete subtrees of a tree, largest first: at most 63 hashes, whatever its size (a compact range from leaf 0).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The frontier of a tree of `size` leaves from the hashes of its [`peaks`](crate::peaks), in their order.
    ///
    /// # Errors
    ///
    /// A tree of this size has another number of them, or is larger than 2^63 - 1.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self, TreeError> {
        let (expected, found) = (size.count_ones(), peaks.len());
        if size > MAX_SIZE {
            Err(TreeError::TooLarge(size))
        } else if u32::try_from(found) == Ok(expected) {
            Ok(Self { size, peaks })
        } else {
            Err(TreeError::FrontierInvalid { size, expected, found })
        }
    }

    /// The number of leaves, which is the next leaf's index.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the tree's [`peaks`](crate::peaks), in their order.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf by its hash, and returns every node that is complete with it, to be stored: the leaf first.
    ///
    /// # Errors
    ///
    /// The tree is as large as it can be.
    pub fn append(&mut self, leaf: Hash) -> Result<Vec<(NodeId, Hash)>, TreeError> {
        let index = self.size;
        if index >= MAX_SIZE {
            return Err(TreeError::TooLarge(index));
        }
        let mut hash = leaf;
        let mut nodes = vec![(NodeId { level: 0, index }, hash)];
        for level in 1..=index.trailing_ones() {
            // As many peaks end the list as the size has trailing ones: each is the left half of what is now complete.
            let Some(left) = self.peaks.pop() else { break };
            hash = Hash::of_children(left, hash);
            nodes.push((NodeId { level: level as u8, index: index >> level }, hash));
        }
        self.peaks.push(hash);
        self.size += 1;
        Ok(nodes)
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let joined = self.peaks.iter().rev().copied().reduce(|right, left| Hash::of_children(left, right));
        joined.unwrap_or_else(Hash::of_empty_tree)
    }
}

/// How a frontier is written down.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    size: u64,
    peaks: Vec<Hash>,
}

impl TryFrom<Parts> for Frontier {
    type Error = TreeError;

    fn try_from(parts: Parts) -> Result<Self, Self::Error> {
        Self::from_peaks(parts.size, parts.peaks)
    }
}

impl From<Frontier> for Parts {
    fn from(frontier: Frontier) -> Self {
        Self { size: frontier.size, peaks: frontier.peaks }
    }
}
