//! Between which amounts a cost may be.

use price_book::{Currency, Money};

/// From the least to the most; none where nothing bounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub low: Option<Money>,
    /// The most.
    pub high: Option<Money>,
}

/// The ranges of an amount before and after a change, and of what the change does. The expected amounts are within.
///
/// An object that does not change adds nothing to the range of the delta. Where the same autoscaler, with the same
/// bounds, moves an object before and after, both are taken at one load: at the least of it, as expected, at the most,
/// and, of a utilisation target, at the load that is expected before the change. Everywhere else the range is from
/// the least after less the most before, to the most after less the least before. Totals are sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranges {
    /// Before the change.
    pub baseline: Range,
    /// After it.
    pub projected: Range,
    /// What it does.
    pub delta: Range,
}

/// Micro-units from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
}

impl Bounds {
    pub(crate) const NOTHING: Self = Self { least: Some(0), most: Some(0) };

    /// The sum; none if it does not fit.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let sum = |one: Option<i64>, other: Option<i64>| match (one, other) {
            (Some(one), Some(other)) => one.checked_add(other).map(Some),
            _ => Some(None),
        };
        Some(Self { least: sum(self.least, other.least)?, most: sum(self.most, other.most)? })
    }

    /// The difference of two that move apart from one another. Amounts are not negative, so it fits.
    pub(crate) fn minus(self, other: Self) -> Self {
        let difference = |one: Option<i64>, other: Option<i64>| Some(one? - other?);
        Self { least: difference(self.least, other.most), most: difference(self.most, other.least) }
    }

    pub(crate) fn of(amounts: &[i64]) -> Self {
        Self { least: amounts.iter().min().copied(), most: amounts.iter().max().copied() }
    }

    fn range(self, currency: Currency) -> Range {
        let money = |micros| Money { micros, currency };
        Range { low: self.least.map(money), high: self.most.map(money) }
    }
}

/// The bounds before, after and of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AllBounds {
    pub(crate) before: Bounds,
    pub(crate) after: Bounds,
    pub(crate) delta: Bounds,
}

impl AllBounds {
    pub(crate) const NOTHING: Self =
        Self { before: Bounds::NOTHING, after: Bounds::NOTHING, delta: Bounds::NOTHING };

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            before: self.before.plus(other.before)?,
            after: self.after.plus(other.after)?,
            delta: self.delta.plus(other.delta)?,
        })
    }

    pub(crate) fn ranges(self, currency: Currency) -> Ranges {
        Ranges {
            baseline: self.before.range(currency),
            projected: self.after.range(currency),
            delta: self.delta.range(currency),
        }
    }
}

impl Range {
    /// Whether both ends are one amount.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.low.is_some() && self.low == self.high
    }
}
