//! What a change may do to the bill at the least and at the most.

use std::collections::BTreeMap;

use packing::{Comparison, NodeKind, Packed, Packing};
use price_book::{Money, PriceBook};
use rust_decimal::Decimal;

use super::{Priced, committed, month, priced, too_large};
use crate::CostError;

/// Over the loads at which the change was packed (both of its sides at the same load), each choice that an autoscaler has before
/// the change and after it, and over the prices that an hour has had: a
/// node that is there in both costs the same in both. None if the price of a node is not known.
pub(super) fn of<'a>(
    comparisons: impl Iterator<Item = &'a Comparison>,
    prices: &PriceBook,
) -> Result<Option<(Money, Money)>, CostError> {
    let mut bounds: Option<(i64, i64)> = None;
    for comparison in comparisons {
        for before in answers(&comparison.before) {
            for after in answers(&comparison.after) {
                let Some((least, most)) = between(before, after, prices)? else { return Ok(None) };
                bounds = Some(bounds.map_or((least, most), |(low, high)| (low.min(least), high.max(most))));
            }
        }
    }
    let money = |micros| Money { micros, currency: prices.currency };
    Ok(bounds.map(|(low, high)| (money(low), money(high))))
}

fn answers(packing: &Packing) -> impl Iterator<Item = &Packed> {
    std::iter::once(&packing.likely).chain(&packing.others)
}

fn between(before: &Packed, after: &Packed, prices: &PriceBook) -> Result<Option<(i64, i64)>, CostError> {
    let nodes = before.nodes.iter().chain(&after.nodes).filter(|nodes| nodes.count > 0);
    let kinds: BTreeMap<&NodeKind, Option<u64>> = nodes.map(|nodes| (&nodes.kind, nodes.price)).collect();
    let count = |packed: &Packed, kind: &NodeKind| -> u32 {
        packed.nodes.iter().filter(|nodes| nodes.kind == *kind).map(|nodes| nodes.count).sum()
    };
    let kinds: Vec<(&NodeKind, Priced)> =
        kinds.into_iter().map(|(kind, given)| (kind, priced(kind, given, prices))).collect();
    let (mut least, mut most, mut plain) = (0_i64, 0_i64, 0_i64);
    for (kind, price) in &kinds {
        let (Some((low, high)), Some(hour)) = (price.bounds(), price.hour()) else { return Ok(None) };
        let change = |hour: Decimal| -> Result<i64, CostError> {
            Ok(month(hour, count(after, kind))? - month(hour, count(before, kind))?)
        };
        let (one, other) = (change(low)?, change(high)?);
        least = least.checked_add(one.min(other)).ok_or_else(too_large)?;
        most = most.checked_add(one.max(other)).ok_or_else(too_large)?;
        plain = plain.checked_add(change(hour)?).ok_or_else(too_large)?;
    }
    if !committed::is_any(prices) {
        return Ok(Some((least, most)));
    }
    // What moves is the price of spot, which no commitment covers: it moves as far on either side of what is settled.
    let settled = |packed: &Packed| -> Result<Option<i64>, CostError> {
        let nodes = kinds.iter().map(|(kind, price)| (*kind, price, count(packed, kind)));
        committed::hour(nodes, prices).map(|hour| month(hour.cost, 1)).transpose()
    };
    let (Some(before), Some(after)) = (settled(before)?, settled(after)?) else {
        return Ok(Some((least, most)));
    };
    let shift = (after - before).checked_sub(plain).ok_or_else(too_large)?;
    let shifted = |bound: i64| bound.checked_add(shift).ok_or_else(too_large);
    Ok(Some((shifted(least)?, shifted(most)?)))
}
