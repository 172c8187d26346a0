//! The base of an edge (staging → production), from one promotion to the next.
//!
//! It is kept for each place: it advances with a merged promotion for what was carried or already equal. A place that
//! was declined, or left to the target, stays held: what counts there is what counted before.

use kube_model::Place;
use promotion_plan::{PlanItem, Side as Taken};
use serde::{Deserialize, Serialize};

use crate::plan::PlanDocument;

/// The source as it stood at the last promotion over an edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeBase {
    /// The commit of the source at the last promotion that was merged.
    pub commit: String,
    /// Places where something older counts, sorted.
    pub held: Vec<HeldPlace>,
}

/// A place that the last promotions did not carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldPlace {
    /// Where, as plans name it.
    pub place: Place,
    /// The commit of the source that counts there; null where no promotion that is on record says what it had.
    pub commit: Option<String>,
}

/// How much of a plan's edit a merge has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// All of it.
    Whole,
    /// Some files do not hold it as planned. Nobody knows which places did arrive, so that none counts as carried: one
    /// that did is equal in the next plan, and the base advances there with that.
    Part,
}

/// The places that stay held once a plan is merged, in the order of its lists: those that it neither carries nor finds
/// equal nor settles for the target. Where the source has not changed a kept place, nothing is held: the newer state
/// says the same.
#[must_use]
pub fn held_after(plan: &PlanDocument, arrived: Arrived) -> Vec<&Place> {
    let settled = |item: &&PlanItem| item.source_changed == Some(false) || item.taken == Some(Taken::Target);
    let kept = plan.kept.iter().filter(|item| !settled(item));
    let waiting = plan.pending.iter().chain(&plan.candidates).chain(&plan.blocked);
    let missing = plan.carried.iter().filter(|_| arrived == Arrived::Part);
    waiting.chain(kept).chain(missing).map(|item| &item.place).collect()
}

impl EdgeBase {
    /// The base once a plan is merged whose source was read at `commit`. `previous` is the base that the plan was made
    /// with.
    #[must_use]
    pub fn after(previous: Option<&Self>, plan: &PlanDocument, arrived: Arrived, commit: &str) -> Self {
        let mut held = Vec::new();
        for place in held_after(plan, arrived) {
            let within =
                previous.iter().flat_map(|base| &base.held).filter(|one| is_within(&one.place, place));
            held.extend(within.cloned());
            held.push(HeldPlace {
                place: place.clone(),
                commit: previous.and_then(|base| base.commit_at(place)),
            });
        }
        held.sort();
        held.dedup();
        Self { commit: commit.to_owned(), held }
    }

    /// The commit of the source that counts at a place; none where nobody knows.
    #[must_use]
    pub fn commit_at(&self, place: &Place) -> Option<String> {
        let holding = self.held.iter().filter(|one| one.place == *place || is_within(place, &one.place));
        match holding.max_by_key(|one| one.place.path.segments().len()) {
            Some(held) => held.commit.clone(),
            None => Some(self.commit.clone()),
        }
    }
}

/// Whether a place lies strictly within another.
fn is_within(inner: &Place, outer: &Place) -> bool {
    inner.object == outer.object && inner.path != outer.path && outer.path.contains(&inner.path)
}
