//! How sure a total is.

use std::collections::BTreeMap;

use price_book::Confidence;

use crate::part::DraftPart;

/// How sure a total is: a sum is as sure as the worst of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Certainty {
    /// The worst of the parts after the change that cost something; none if nothing does.
    pub worst: Option<Confidence>,
    /// The worst of the parts that the change makes cheaper or dearer, before it or after; none if there are none.
    pub worst_of_change: Option<Confidence>,
    /// Micro-units after the change by how sure they are: they sum to the total.
    pub shares: BTreeMap<Confidence, i64>,
}

/// How sure the sum of parts is; none if it does not fit.
pub(crate) fn of<'a>(parts: impl Iterator<Item = &'a DraftPart>) -> Option<Certainty> {
    let mut certainty = Certainty::default();
    for part in parts {
        let (before, after) = part.micros;
        let confidence = part.confidence();
        if after != 0 {
            certainty.worst = certainty.worst.max(Some(confidence));
            let share = certainty.shares.entry(confidence).or_default();
            *share = share.checked_add(after)?;
        }
        if before != after || !part.is_unchanged() {
            certainty.worst_of_change = certainty.worst_of_change.max(Some(part.confidence_of_change()));
        }
    }
    Some(certainty)
}
