//! What an estimate says.

use std::collections::BTreeMap;

use kube_model::ObjectKey;
use price_book::{Confidence, PriceBook, Quote};
use serde::{Deserialize, Serialize};

use crate::{Assumptions, Certainty, Figure, Figures, Ranges, Resource, Transient};

/// The monthly cost of a state before and after a change. As JSON, in which it is written and read, it follows
/// `schemas/json/cost.schema.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostReport {
    /// The whole: the sum over `objects`, without what is not known.
    pub total: Figures,
    /// Between which amounts it may be.
    pub ranges: Ranges,
    /// How sure it is.
    pub certainty: Certainty,
    /// What the change does to what is held: CPU and memory, and the other resources that it changes.
    pub resources: Vec<ResourceChange>,
    /// What was taken for granted.
    pub assumptions: Assumptions,
    /// The prices.
    pub book: PriceBook,
    /// The objects that cost something or whose cost is not known, sorted by kind, namespace and name; those that do
    /// not change are among them.
    pub objects: Vec<ObjectCost>,
    /// What the figures leave out, in the same order.
    pub unknown: Vec<UnknownCost>,
    /// What is to be said of the whole: entries of a usage file that mean nothing here.
    pub notes: Vec<String>,
}

/// The cost of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCost {
    /// The object.
    pub key: ObjectKey,
    /// Its `apiVersion`, after the change if it is still there.
    pub api_version: String,
    /// Its labels, and those of its pods where it has none of the name: by them costs are summed.
    pub labels: BTreeMap<String, String>,
    /// What it costs.
    pub cost: LineCost,
    /// Between which amounts that may be; none where it is not known.
    pub ranges: Option<Ranges>,
    /// The resources that make up the cost.
    pub parts: Vec<Part>,
    /// What rolling the change out costs while it takes place, beside all figures.
    pub transient: Option<Transient>,
    /// How it was counted, where that is not obvious. What holds of one of the two states only starts with
    /// `before:` or `after:`.
    pub notes: Vec<String>,
}

/// What an object costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineCost {
    /// It is known.
    Known(Figures),
    /// It is not known. In a state in which there is no such object its cost is known to be nothing; in the other
    /// one there is no figure.
    Unknown {
        /// Before the change.
        baseline: Option<Figure>,
        /// After it.
        projected: Option<Figure>,
    },
}

/// One resource of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The resource.
    pub resource: Resource,
    /// Which one of it: the kind of a volume or balancer, the model of a GPU, `spot`. An object may hold several.
    pub class: Option<String>,
    /// How much of it is held at once before the change, in the resource's unit: a decimal number with at most nine
    /// places.
    pub amount_before: String,
    /// The same after the change.
    pub amount_after: String,
    /// How much of it is used in a month before the change, in the resource's unit of usage.
    pub usage_before: String,
    /// The same after the change.
    pub usage_after: String,
    /// The price of a unit of usage, with its source and date.
    pub price: Quote,
    /// How sure the figures are: as the price is, and assumed where the quantity is.
    pub confidence: Confidence,
    /// Why the quantity is a guess.
    pub assumed: Option<String>,
    /// Usage × unit price.
    pub figures: Figures,
    /// Between which amounts they may be.
    pub ranges: Ranges,
    /// What of the cost before and after is of what is asked for and not used; only where usage is known.
    pub idle_micros: (Option<i64>, Option<i64>),
    /// The cost by containers, to which it sums; empty of what is not held by containers.
    pub containers: Vec<ContainerCost>,
}

/// The share of one container in the cost of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerCost {
    /// Its name; `(pod)` is what the pod asks for beyond its containers.
    pub name: String,
    /// Micro-units before the change.
    pub baseline_micros: i64,
    /// The same after it.
    pub projected_micros: i64,
}

impl ContainerCost {
    /// The shares before and after side by side, by name.
    pub(crate) fn join(before: Vec<(String, i64)>, after: Vec<(String, i64)>) -> Vec<Self> {
        let mut shares: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        // Names may stand twice where a manifest is wrong; their shares are one then.
        for (name, micros) in before {
            shares.entry(name).or_default().0 += micros;
        }
        for (name, micros) in after {
            shares.entry(name).or_default().1 += micros;
        }
        let cost =
            |(name, (baseline_micros, projected_micros))| Self { name, baseline_micros, projected_micros };
        shares.into_iter().map(cost).collect()
    }
}

/// What a change does to all that is held of a resource: the mean over a month, so that what runs for a part of it
/// counts by that part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceChange {
    /// The resource.
    pub resource: Resource,
    /// The change, as people read it, with at most six decimal places: `+2 vCPU`.
    pub text: String,
}

/// A cost, or a part of one, that no figure holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCost {
    /// The object.
    pub key: ObjectKey,
    /// Its `apiVersion`.
    pub api_version: String,
    /// Why it is not known.
    pub why: String,
    /// Whether the object differs between the two states, so that the delta may leave something out.
    pub changed: bool,
}

impl ObjectCost {
    /// How sure its cost is: as the worst of its parts; none if it has none.
    #[must_use]
    pub fn confidence(&self) -> Option<Confidence> {
        self.parts.iter().map(|part| part.confidence).max()
    }

    /// What it costs before the change.
    #[must_use]
    pub fn baseline(&self) -> Option<Figure> {
        match self.cost {
            LineCost::Known(figures) => Some(figures.baseline),
            LineCost::Unknown { baseline, .. } => baseline,
        }
    }

    /// What it costs after the change.
    #[must_use]
    pub fn projected(&self) -> Option<Figure> {
        match self.cost {
            LineCost::Known(figures) => Some(figures.projected),
            LineCost::Unknown { projected, .. } => projected,
        }
    }

    /// What the change does to its cost.
    #[must_use]
    pub fn delta(&self) -> Option<Figure> {
        match self.cost {
            LineCost::Known(figures) => Some(figures.delta),
            LineCost::Unknown { .. } => None,
        }
    }
}

impl CostReport {
    /// The objects whose cost changes, the largest change first (by its size, whichever its sign), at most `count`.
    #[must_use]
    pub fn largest_movers(&self, count: usize) -> Vec<&ObjectCost> {
        let size = |object: &ObjectCost| object.delta().map_or(0, |delta| delta.money.micros.unsigned_abs());
        let mut movers: Vec<&ObjectCost> = self.objects.iter().filter(|object| size(object) > 0).collect();
        // The sort is stable: equal changes stay in the order of the report.
        movers.sort_by_key(|object| std::cmp::Reverse(size(object)));
        movers.truncate(count);
        movers
    }
}
