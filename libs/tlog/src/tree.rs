//! The tree as its complete subtrees, which never change once they are full: what is stored, and what is read to
//! make a root or a proof at any size.

use std::ops::Range;

use crate::error::TreeError;
use crate::hash::Hash;

/// A complete subtree: `2^level` leaves, from leaf `index * 2^level` on. Level 0 are the leaves' hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// The subtree's height, 0 to 63.
    pub level: u8,
    /// Its place among those of its level, from 0.
    pub index: u64,
}

/// The nodes that a tree of `size` leaves is made of, left to right: those of its [`Frontier`](crate::Frontier), and
/// those that [`root`] reads.
#[must_use]
pub fn peaks(size: u64) -> Vec<NodeId> {
    complete(0..size)
}

/// The root of the tree at `size`.
///
/// # Errors
///
/// `nodes` lacks one of [`peaks`].
pub fn root(size: u64, nodes: &impl Fn(NodeId) -> Option<Hash>) -> Result<Hash, TreeError> {
    if size == 0 { Ok(Hash::of_empty_tree()) } else { subtree(0..size, nodes) }
}

/// The nodes that [`inclusion_proof`] reads, so that a storage can fetch them at once.
///
/// # Errors
///
/// The tree has no such leaf.
pub fn inclusion_nodes(index: u64, size: u64) -> Result<Vec<NodeId>, TreeError> {
    Ok(inclusion(index, size)?.into_iter().flat_map(complete).collect())
}

/// The proof that leaf `index` is in the tree of `size` leaves: `PATH` of RFC 6962, section 2.1.1.
///
/// # Errors
///
/// The tree has no such leaf; `nodes` lacks one of [`inclusion_nodes`].
pub fn inclusion_proof(
    index: u64,
    size: u64,
    nodes: &impl Fn(NodeId) -> Option<Hash>,
) -> Result<Vec<Hash>, TreeError> {
    inclusion(index, size)?.into_iter().map(|range| subtree(range, nodes)).collect()
}

/// The nodes that [`consistency_proof`] reads, so that a storage can fetch them at once.
///
/// # Errors
///
/// `from` is larger than `to`.
pub fn consistency_nodes(from: u64, to: u64) -> Result<Vec<NodeId>, TreeError> {
    Ok(consistency(from, to)?.into_iter().flat_map(complete).collect())
}

/// The proof that the tree of `to` leaves begins with the one of `from`: `PROOF` of RFC 6962, section 2.1.2. It is
/// empty where the sizes are equal, and from the empty tree, which proves nothing.
///
/// # Errors
///
/// `from` is larger than `to`; `nodes` lacks one of [`consistency_nodes`].
pub fn consistency_proof(
    from: u64,
    to: u64,
    nodes: &impl Fn(NodeId) -> Option<Hash>,
) -> Result<Vec<Hash>, TreeError> {
    consistency(from, to)?.into_iter().map(|range| subtree(range, nodes)).collect()
}

/// The subtrees beside the way from the root to the leaf, lowest first.
fn inclusion(index: u64, size: u64) -> Result<Vec<Range<u64>>, TreeError> {
    if index >= size {
        return Err(TreeError::NoSuchLeaf { index, size });
    }
    let mut beside = Vec::new();
    let mut around = 0..size;
    while around.end - around.start > 1 {
        let middle = middle(&around);
        if index < middle {
            beside.push(middle..around.end);
            around.end = middle;
        } else {
            beside.push(around.start..middle);
            around.start = middle;
        }
    }
    beside.reverse();
    Ok(beside)
}

/// The subtrees beside the way from the root to the earlier tree's last complete subtree, lowest first.
fn consistency(from: u64, to: u64) -> Result<Vec<Range<u64>>, TreeError> {
    if from > to {
        return Err(TreeError::SizesReversed { from, to });
    }
    let mut beside = Vec::new();
    let mut around = 0..to;
    while from > 0 && from < around.end {
        let middle = middle(&around);
        if from <= middle {
            beside.push(middle..around.end);
            around.end = middle;
        } else {
            beside.push(around.start..middle);
            around.start = middle;
        }
    }
    // What begins at the first leaf is the earlier tree itself, whose root the verifier has.
    if around.start > 0 {
        beside.push(around);
    }
    beside.reverse();
    Ok(beside)
}

/// Where RFC 6962 splits the leaves: after the largest power of two that is smaller than their number.
fn middle(range: &Range<u64>) -> u64 {
    range.start + (1 << (range.end - range.start - 1).ilog2())
}

/// The complete subtrees of a range that begins where a subtree of its size may begin, largest first.
fn complete(range: Range<u64>) -> Vec<NodeId> {
    let mut ids = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let level = (range.end - start).ilog2();
        ids.push(NodeId { level: level as u8, index: start >> level });
        start += 1 << level;
    }
    ids
}

/// The root over a range of leaves: its complete subtrees, joined from the right.
fn subtree(range: Range<u64>, nodes: &impl Fn(NodeId) -> Option<Hash>) -> Result<Hash, TreeError> {
    let mut joined = None;
    for id in complete(range).into_iter().rev() {
        let hash = nodes(id).ok_or(TreeError::NodeMissing(id))?;
        joined = Some(joined.map_or(hash, |right| Hash::of_children(hash, right)));
    }
    Ok(joined.unwrap_or_else(Hash::of_empty_tree))
}
