//! A quantity that may vary.

use crate::ratio::Ratio;

/// The least, what is expected and the most of a quantity; no most where nothing bounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spread {
    pub(crate) least: Ratio,
    pub(crate) expected: Ratio,
    pub(crate) most: Option<Ratio>,
}

impl Spread {
    pub(crate) const ZERO: Self = Self::exact(Ratio::ZERO);

    pub(crate) const fn exact(value: Ratio) -> Self {
        Self { least: value, expected: value, most: Some(value) }
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.least == self.expected && self.most == Some(self.expected)
    }

    /// The product of two quantities that grow together; neither is negative.
    pub(crate) fn times(self, other: Self) -> Option<Self> {
        let most = match (self.most, other.most) {
            (Some(mine), Some(theirs)) => Some(mine.times(theirs)?),
            _ => None,
        };
        Some(Self {
            least: self.least.times(other.least)?,
            expected: self.expected.times(other.expected)?,
            most,
        })
    }

    pub(crate) fn scaled(self, factor: Ratio) -> Option<Self> {
        self.times(Self::exact(factor))
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let most = match (self.most, other.most) {
            (Some(mine), Some(theirs)) => Some(mine.plus(theirs)?),
            _ => None,
        };
        Some(Self {
            least: self.least.plus(other.least)?,
            expected: self.expected.plus(other.expected)?,
            most,
        })
    }

    /// What is at least so much.
    pub(crate) fn at_least(self, floor: Ratio) -> Option<Self> {
        let most = match self.most {
            Some(most) => Some(most.at_least(floor)?),
            None => None,
        };
        Some(Self { least: self.least.at_least(floor)?, expected: self.expected.at_least(floor)?, most })
    }
}
