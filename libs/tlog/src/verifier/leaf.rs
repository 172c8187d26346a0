//! One leaf against the root: is it what was signed, and if not, what is wrong with the line.

use super::report::Fault;
use crate::checkpoint::Checkpoint;
use crate::export::LeafLine;
use crate::hash::Hash;
use crate::proof::verify_inclusion;

/// What one leaf line is found to be.
pub(super) struct Finding {
    /// Where in the tree the leaf is, if anywhere.
    pub(super) index: Option<u64>,
    /// What is wrong with the line.
    pub(super) defect: Option<(Fault, String)>,
}

/// Checks a leaf line. `place` is the index that would come next, should the line's own be the altered part.
pub(super) fn check(line: &LeafLine, tree: &Checkpoint, place: u64) -> Finding {
    let is_at = |index, hash: Hash| verify_inclusion(index, tree.size, hash, &line.proof, tree.root).is_ok();
    let hash = line.leaf.hash();
    let (index, defect) = if is_at(line.index, hash) {
        let defect = (hash != line.hash)
            .then(|| (Fault::LeafAltered, format!("the leaf is proven, its hash is {hash}")));
        (Some(line.index), defect)
    } else if is_at(line.index, line.hash) {
        let message = "the record was altered: its position, an attribute, its schema or its body";
        (None, Some((Fault::LeafAltered, message.to_owned())))
    } else if is_at(place, hash) {
        (Some(place), Some((Fault::LeafAltered, format!("the index was altered: this is leaf {place}"))))
    } else if hash == line.hash {
        let message =
            "the leaf is not in the signed log at this index: its proof, its index or all of it was altered";
        (None, Some((Fault::Proof, message.to_owned())))
    } else {
        let message = "neither the record nor the hash beside it is in the signed log at this index";
        (None, Some((Fault::LeafAltered, message.to_owned())))
    };
    Finding { index, defect }
}
