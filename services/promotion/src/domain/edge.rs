//! The way from one environment to another: which promotion over it is the newest, and what the next plan
//! compares with.

use events::plan::{Base, Held};
use ids::PromotionId;
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
    pub base: Option<Base>,
    /// The newest of the promotions that the base comes from.
    pub base_from: Option<Rank>,
}

/// A promotion that was merged, as the edge sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Which.
    pub rank: Rank,
    /// The commit at which its source was read.
    pub source_commit: String,
    /// The places that it did not carry and that were not equal already.
    pub pending: Vec<String>,
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

    /// The base after a merge: it advances for what was carried or equal already, place by place. Where an older
    /// promotion is merged after a newer one, the newer one's source counts, but for the places that were waiting and that
    /// the older one has carried now.
    #[must_use]
    pub fn base_after(&self, merged: &Merged) -> Base {
        match (&self.base, self.is_late(merged)) {
            (Some(base), true) => Base { commit: base.commit.clone(), held: caught_up(base, merged) },
            _ => Base { commit: merged.source_commit.clone(), held: self.held_by(merged) },
        }
    }

    /// The edge after its base has advanced.
    #[must_use]
    pub fn with_base(self, base: Base, rank: Rank) -> Self {
        Self { base: Some(base), base_from: self.base_from.max(Some(rank)), ..self }
    }

    fn is_late(&self, merged: &Merged) -> bool {
        self.base_from.is_some_and(|newer| newer > merged.rank)
    }

    fn held_by(&self, merged: &Merged) -> Vec<Held> {
        let held = |place: &String| Held { place: place.clone(), commit: self.commit_at(place) };
        sorted(merged.pending.iter().map(held).collect())
    }

    /// The commit of the source that counts at a place; none where nobody knows.
    fn commit_at(&self, place: &str) -> Option<String> {
        let base = self.base.as_ref()?;
        match base.held.iter().find(|held| held.place == place) {
            Some(held) => held.commit.clone(),
            None => Some(base.commit.clone()),
        }
    }
}

fn caught_up(base: &Base, merged: &Merged) -> Vec<Held> {
    let catch_up = |held: &Held| match merged.pending.contains(&held.place) {
        true => held.clone(),
        false => Held { place: held.place.clone(), commit: Some(merged.source_commit.clone()) },
    };
    sorted(base.held.iter().map(catch_up).collect())
}

fn sorted(mut held: Vec<Held>) -> Vec<Held> {
    held.sort_by(|a, b| a.place.cmp(&b.place));
    held.dedup_by(|a, b| a.place == b.place);
    held
}
