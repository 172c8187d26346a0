//! Ranges and certainty as JSON, and back.

use std::collections::BTreeMap;

use price_book::{Confidence, Currency, Money};
use serde::{Deserialize, Serialize, Serializer};

use crate::Certainty;
use crate::range::{Range, Ranges};

/// Null: nothing bounds it.
#[derive(Serialize, Deserialize)]
struct RangeJson {
    low_micros: Option<i64>,
    high_micros: Option<i64>,
}

/// Ranges as they are written.
#[derive(Serialize, Deserialize)]
pub(super) struct RangesJson {
    baseline: RangeJson,
    projected: RangeJson,
    delta: RangeJson,
}

impl Serialize for Ranges {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = |money: Option<Money>| money.map(|money| money.micros);
        let range =
            |range: Range| RangeJson { low_micros: micros(range.low), high_micros: micros(range.high) };
        let (baseline, projected) = (range(self.baseline), range(self.projected));
        RangesJson { baseline, projected, delta: range(self.delta) }.serialize(serializer)
    }
}

impl RangesJson {
    pub(super) fn read(self, currency: Currency) -> Ranges {
        let money = |micros: Option<i64>| micros.map(|micros| Money { micros, currency });
        let range = |range: RangeJson| Range { low: money(range.low_micros), high: money(range.high_micros) };
        Ranges { baseline: range(self.baseline), projected: range(self.projected), delta: range(self.delta) }
    }
}

/// How sure a total is, as it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct CertaintyJson {
    worst: Option<Confidence>,
    worst_of_change: Option<Confidence>,
    shares_micros: BTreeMap<Confidence, i64>,
}

impl Serialize for Certainty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (worst, worst_of_change) = (self.worst, self.worst_of_change);
        CertaintyJson { worst, worst_of_change, shares_micros: self.shares.clone() }.serialize(serializer)
    }
}

impl From<CertaintyJson> for Certainty {
    fn from(json: CertaintyJson) -> Self {
        Self { worst: json.worst, worst_of_change: json.worst_of_change, shares: json.shares_micros }
    }
}
