//! What nodes cost with what the customer has committed to: reservations, savings plans, committed use.

use packing::NodeKind;
use price_book::{PriceBook, Usage};
use rust_decimal::Decimal;

use super::{BillLine, Priced, month};
use crate::CostError;

/// So many nodes of a kind, each at this price.
pub(super) type Nodes<'n> = (&'n NodeKind, &'n Priced, u32);

/// An hour of nodes.
pub(super) struct Hour {
    pub(super) cost: Decimal,
    committed: Decimal,
    unused: Decimal,
}

/// The nodes before a change and after it, as the commitments cover them.
pub(super) struct Committed {
    before: Hour,
    after: Hour,
}

/// Whether a list of the book holds a commitment.
pub(super) fn is_any(prices: &PriceBook) -> bool {
    prices.lists().iter().any(|list| list.rules.iter().any(|rule| rule.commitment.is_some()))
}

/// What an hour of nodes costs. What the description of the nodes prices itself is taken as it is, and covered by no commitment. None
/// where a price is not known.
pub(super) fn hour<'n>(nodes: impl Iterator<Item = Nodes<'n>>, prices: &PriceBook) -> Option<Hour> {
    let (mut given, mut usage) = (Decimal::ZERO, Vec::new());
    for (kind, price, count) in nodes.filter(|(.., count)| *count > 0) {
        match price {
            Priced::Given(hour) => given = given.checked_add(hour.checked_mul(Decimal::from(count))?)?,
            Priced::Quoted(_) => usage.push(Usage {
                provider: None,
                instance: kind.instance_type.as_deref()?,
                region: kind.region.as_deref(),
                capacity_type: kind.capacity_type.as_deref(),
                count,
            }),
            Priced::Unknown(_) => return None,
        }
    }
    let settled = prices.settle(&usage)?;
    let cost = settled.hour.checked_add(given)?;
    Some(Hour { cost, committed: settled.committed, unused: settled.unused })
}

impl Committed {
    /// None where the book holds no commitment, or a price is not known.
    pub(super) fn of(lines: &[BillLine], prices: &PriceBook) -> Option<Self> {
        if !is_any(prices) {
            return None;
        }
        let at = |count: fn(&BillLine) -> u32| {
            hour(lines.iter().map(|line| (&line.kind, &line.price, count(line))), prices)
        };
        Some(Self { before: at(|line| line.before)?, after: at(|line| line.after)? })
    }

    /// Micro-units a month, before and after.
    pub(super) fn months(&self) -> Result<(i64, i64), CostError> {
        Ok((month(self.before.cost, 1)?, month(self.after.cost, 1)?))
    }

    /// A sentence.
    pub(super) fn note(&self, currency: &str) -> String {
        let text = |hour: Decimal| format!("{} {currency}", hour.round_dp(6).normalize());
        format!(
            "{} an hour is paid for commitments, used or not: unused of it are {} before and {} after; the total holds them, and the \
             lines of nodes say what these cost without",
            text(self.after.committed),
            text(self.before.unused),
            text(self.after.unused)
        )
    }
}
