//! What an estimate says.

use kube_model::ObjectKey;
use price_book::PriceBook;
use rust_decimal::Decimal;

use crate::{Assumptions, Figure, Figures, Resource};

/// The monthly cost of a state before and after a change. As JSON, in which it is written and read, it follows
/// `schemas/json/cost.schema.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostReport {
    /// The whole: the sum over `objects`, without what is not known.
    pub total: Figures,
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
}

/// The cost of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCost {
    /// The object.
    pub key: ObjectKey,
    /// Its `apiVersion`, after the change if it is still there.
    pub api_version: String,
    /// What it costs.
    pub cost: LineCost,
    /// The resources that make up the cost.
    pub parts: Vec<Part>,
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
    /// How much of it is held at once before the change, in the resource's unit: a decimal number with at most nine
    /// places.
    pub amount_before: String,
    /// The same after the change.
    pub amount_after: String,
    /// How much of it is used in a month before the change, in the resource's unit of usage.
    pub usage_before: String,
    /// The same after the change.
    pub usage_after: String,
    /// The price of a unit of usage.
    pub unit_price: Decimal,
    /// Usage × unit price.
    pub figures: Figures,
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
