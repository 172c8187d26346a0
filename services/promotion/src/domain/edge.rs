//! The way from one environment to another: which promotion over it is the newest, and what the next plan
//! compares with.

use ids::PromotionId;
use kube_model::Place;
use preview::{Arrived, EdgeBase, HeldPlace, PlanDocument, held_after};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// When a promotion was asked for, among those over its edge. Two of the same microsecond are in the order of their
/// identifiers: any order will do, as long as it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rank {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub requested: OffsetDateTime,
    /// Which.
    pub promotion: PromotionId,
}

/// The way from one environment of an application to another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// The newest promotion over it.
    pub newest: Option<Rank>,
    /// What the next plan compares with; none before the first promotion was merged.
    pub base: Option<EdgeBase>,
    /// The newest of the promotions that the base comes from.
    pub base_from: Option<Rank>,
}

/// A promotion that was merged, as the edge sees it.
#[derive(Debug, Clone, Copy)]
pub struct Merged<'a> {
    /// Which.
    pub rank: Rank,
    /// The commit at which its source was read.
    pub source_commit: &'a str,
    /// What it carried, and what it did not.
    pub plan: &'a PlanDocument,
    /// How much of that the target has.
    pub arrived: Arrived,
}

impl Edge {
    /// A promotion over the edge was asked for. Which of the two gives way, and to whom: requests are heard of in any
    /// order, and the older one gives way in each.
    #[must_use]
    pub fn requested(&self, rank: Rank) -> Option<(PromotionId, PromotionId)> {
        let known = self.newest.filter(|newest| newest.promotion != rank.promotion)?;
        let (older, newer) = (known.min(rank), known.max(rank));
        Some((older.promotion, newer.promotion))
    }

    /// The edge after that.
    #[must_use]
    pub fn with_request(self, rank: Rank) -> Self {
        Self { newest: self.newest.max(Some(rank)), ..self }
    }

    /// The edge after a merge. Its base advances for what was carried or equal already, place by place. Where an older
    /// promotion is merged after a newer one, the newer one's source counts, but for the places that were waiting and
    /// that the older one has carried now.
    #[must_use]
    pub fn with_merged(self, merged: Merged<'_>) -> Self {
        let newer = self.base_from.is_some_and(|from| from > merged.rank);
        let base = match &self.base {
            Some(base) if newer => caught_up(base, merged),
            base => EdgeBase::after(base.as_ref(), merged.plan, merged.arrived, merged.source_commit),
        };
        Self { base: Some(base), base_from: self.base_from.max(Some(merged.rank)), ..self }
    }
}

fn caught_up(base: &EdgeBase, merged: Merged<'_>) -> EdgeBase {
    let waiting = held_after(merged.plan, merged.arrived);
    let mut held = Vec::new();
    for one in &base.held {
        if waiting.iter().any(|place| holds(place, &one.place)) {
            held.push(one.clone());
            continue;
        }
        held.push(HeldPlace { place: one.place.clone(), commit: Some(merged.source_commit.to_owned()) });
        let within = waiting.iter().filter(|place| holds(&one.place, place));
        held.extend(within.map(|place| HeldPlace { place: (*place).clone(), commit: base.commit_at(place) }));
    }
    held.sort();
    held.dedup();
    EdgeBase { commit: base.commit.clone(), held }
}

fn holds(outer: &Place, inner: &Place) -> bool {
    outer.object == inner.object && outer.path.contains(&inner.path)
}
