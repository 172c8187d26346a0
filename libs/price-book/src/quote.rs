//! A price as it is asked for: with who says so, since when, and how sure it is.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Date;

/// How sure a price is. The worse is the greater, so that the worst of several is their maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Taken from what was paid: a bill.
    Measured,
    /// The customer's own: a contract, a file of theirs.
    Contract,
    /// A provider's public list, of this place.
    List,
    /// It stands in for a price that is not known: of another place or kind, or a mean.
    Assumed,
}

impl Confidence {
    /// The word for it, as JSON has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Contract => "contract",
            Self::List => "list",
            Self::Assumed => "assumed",
        }
    }
}

/// A price with its origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// In the book's currency; what it is for is said by who was asked.
    pub price: Decimal,
    /// How sure it is.
    pub confidence: Confidence,
    /// Who says so; where a rate or a rule took part, that too.
    pub source: String,
    /// The day as of which it holds.
    pub as_of: Date,
    /// Why it is assumed; nothing where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Quote {
    /// The same price, standing in for another: assumed, with the reason before the one that it may have.
    #[must_use]
    pub fn assumed(mut self, why: String) -> Self {
        self.confidence = Confidence::Assumed;
        self.why = Some(match self.why {
            Some(before) => format!("{why}; {before}"),
            None => why,
        });
        self
    }
}
