//! How often a target is rendered to find the edits of one plan.

use std::collections::BTreeMap;

use kube_model::Place;

/// What has not been found after so many tries is for a person.
const MOST: usize = 5_000;

/// The reason of what was not tried.
pub(super) const RAN_OUT: &str =
    "the tries of this plan ran out (5000 renderings) before an edit that gives this was found";

/// A draft that was proposed: by which mechanism, and the how manieth of its drafts.
pub(super) type Proposal = (usize, usize);

/// What is left of the tries. A plan is written in rounds, each without what the last one could not write; they share
/// this. What an earlier round has found is found again without a search.
#[derive(Debug)]
pub(crate) struct Tries {
    left: usize,
    found: BTreeMap<Place, Vec<Proposal>>,
}

impl Default for Tries {
    fn default() -> Self {
        Self { left: MOST, found: BTreeMap::new() }
    }
}

impl Tries {
    /// Takes one of the tries; whether one was left.
    pub(super) fn take(&mut self) -> bool {
        let was_left = self.left > 0;
        self.left = self.left.saturating_sub(1);
        was_left
    }

    pub(super) fn are_spent(&self) -> bool {
        self.left == 0
    }

    /// Remembers what has moved a place.
    pub(super) fn remember(&mut self, place: &Place, proposal: Proposal) {
        let found = self.found.entry(place.clone()).or_default();
        if !found.contains(&proposal) {
            found.push(proposal);
        }
    }

    /// What has moved a place, in the order in which it did.
    pub(super) fn found(&self, place: &Place) -> Vec<Proposal> {
        self.found.get(place).cloned().unwrap_or_default()
    }
}
