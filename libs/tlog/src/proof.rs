//! Checking proofs, without the tree (RFC 9162, sections 2.1.3.2 and 2.1.4.2).

use crate::error::ProofError;
use crate::hash::Hash;

/// Checks that the leaf with hash `leaf` is number `index` (from 0) of the tree of `size` leaves with this root.
///
/// # Errors
///
/// The index is not in the tree, or the proof does not lead to the root.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: Hash,
    proof: &[Hash],
    root: Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange);
    }
    let mut way = Way { node: index, last: size - 1 };
    let mut hash = leaf;
    for beside in proof {
        hash = match way.up()? {
            Side::Left => Hash::of_children(*beside, hash),
            Side::Right => Hash::of_children(hash, *beside),
        };
    }
    way.arrived()?;
    if hash == root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `to` leaves begins with the tree of `from` leaves.
///
/// # Errors
///
/// `from` is 0 (every tree begins with the empty one: there is nothing to prove) or larger than `to`, or the proof does
/// not lead to both roots.
pub fn verify_consistency(
    (from, from_root): (u64, Hash),
    (to, to_root): (u64, Hash),
    proof: &[Hash],
) -> Result<(), ProofError> {
    if from == 0 || from > to {
        return Err(ProofError::OutOfRange);
    }
    if from == to {
        let same = if from_root == to_root { Ok(()) } else { Err(ProofError::Root) };
        return if proof.is_empty() { same } else { Err(ProofError::Length) };
    }
    // An earlier tree that is one complete subtree is left out of the proof: its hash is its root.
    let (seed, rest) = if from.is_power_of_two() {
        (from_root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(ProofError::Length)?;
        (*first, rest)
    };
    let shift = from.trailing_zeros();
    let mut way = Way { node: (from - 1) >> shift, last: (to - 1) >> shift };
    let (mut earlier, mut later) = (seed, seed);
    for beside in rest {
        match way.up()? {
            Side::Left => {
                earlier = Hash::of_children(*beside, earlier);
                later = Hash::of_children(*beside, later);
            }
            Side::Right => later = Hash::of_children(later, *beside),
        }
    }
    way.arrived()?;
    if earlier == from_root && later == to_root { Ok(()) } else { Err(ProofError::Root) }
}

/// Where the next hash of a proof stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: its index on the present level, and that of the level's last node.
struct Way {
    node: u64,
    last: u64,
}

impl Way {
    /// Goes up past the next node that has something beside it.
    fn up(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Length);
        }
        let left = self.node & 1 == 1 || self.node == self.last;
        if left {
            // A last node without a sibling goes up as it is, until it is a right child.
            let levels = self.node.trailing_zeros();
            self.node >>= levels;
            self.last >>= levels;
        }
        self.node >>= 1;
        self.last >>= 1;
        Ok(if left { Side::Left } else { Side::Right })
    }

    fn arrived(&self) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::Length) }
    }
}
