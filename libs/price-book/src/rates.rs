//! What an amount of one currency is in another.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Currency, Date, exact};

/// One unit of `from` is `rate` units of `to`, on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// What is converted.
    pub from: Currency,
    /// What it is converted to.
    pub to: Currency,
    /// Units of `to` for one of `from`.
    #[serde(deserialize_with = "exact::read")]
    pub rate: Decimal,
    /// The day of the rate.
    pub as_of: Date,
    /// Who says so.
    pub source: String,
}

/// The newest of the rates that holds on the day, and of equal ones the first: a rate of a later day is not known yet.
pub(crate) fn newest<'a>(
    rates: impl Iterator<Item = &'a Rate>,
    from: Currency,
    to: Currency,
    day: &Date,
) -> Option<&'a Rate> {
    rates
        .filter(|rate| (rate.from, rate.to) == (from, to) && rate.as_of <= *day)
        .reduce(|best, rate| if rate.as_of > best.as_of { rate } else { best })
}
