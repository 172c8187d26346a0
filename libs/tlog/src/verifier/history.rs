//! Earlier checkpoints against the leaves. A consistency proof that fails may itself be what was altered; where an
//! export holds all leaves, they say which it is.

use super::report::{Defect, Fault};
use crate::checkpoint::Checkpoint;
use crate::frontier::Frontier;
use crate::hash::Hash;

/// The tree as it grew, for as long as no leaf is missing, and the checkpoints that are in doubt.
pub(super) struct History {
    tree: Option<Frontier>,
    doubts: Vec<Doubt>,
}

struct Doubt {
    line: u64,
    size: u64,
    root: Hash,
    /// The root that the leaves made at this size.
    found: Option<Hash>,
}

impl Default for History {
    fn default() -> Self {
        Self { tree: Some(Frontier::new()), doubts: Vec::new() }
    }
}

impl History {
    /// A checkpoint whose proof failed.
    pub(super) fn doubt(&mut self, line: u64, checkpoint: &Checkpoint) {
        self.doubts.push(Doubt { line, size: checkpoint.size, root: checkpoint.root, found: None });
    }

    /// The next leaf that is proven to be in the log.
    pub(super) fn leaf(&mut self, index: u64, hash: Hash) {
        let Some(tree) = self.tree.as_mut().filter(|_| !self.doubts.is_empty()) else { return };
        if index < tree.size() {
            return;
        }
        if index > tree.size() || tree.append(hash).is_err() {
            self.tree = None;
            return;
        }
        for doubt in self.doubts.iter_mut().filter(|doubt| doubt.size == tree.size()) {
            doubt.found = Some(tree.root());
        }
    }

    /// What is wrong with each checkpoint in doubt.
    pub(super) fn finish(self) -> impl Iterator<Item = Defect> {
        self.doubts.into_iter().map(|doubt| {
            let size = doubt.size;
            let (fault, message) = match doubt.found {
                Some(root) if root == doubt.root => (
                    Fault::Proof,
                    "the log continues this checkpoint; the consistency proof was altered".to_owned(),
                ),
                Some(root) => (
                    Fault::Inconsistent,
                    format!("the log was rewritten: its first {size} leaves now have the root {root}"),
                ),
                None => (
                    Fault::Inconsistent,
                    "the log does not continue this checkpoint, or the proof was altered".to_owned(),
                ),
            };
            Defect::of_line(doubt.line, fault, message)
        })
    }
}
