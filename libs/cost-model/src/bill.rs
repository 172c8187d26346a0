//! What the invoice will do: the nodes that a state needs, at the prices of their instances.

use std::collections::BTreeSet;

use kube_model::Object;
use packing::{Cluster, Comparison, Controller, Effect, NodeKind, Packed, Packing};
use price_book::{Confidence, Currency, Date, InstancePrice, Money, PriceBook};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{CostError, Figure, Figures, HOURS_A_MONTH};

/// The bill for nodes before and after a change, a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The nodes by kind, sorted by kind; kinds that stay as they are, are among them.
    pub nodes: Vec<BillLine>,
    /// The whole: the sum over `nodes`; none if the price of one of them is not known.
    pub total: Option<Figures>,
    /// The least and the most that the change may do, in micro-units, where an autoscaler leaves it to chance; equal where
    /// it does not. None as of `total`.
    pub delta_range: Option<(Money, Money)>,
    /// What the change does to the nodes.
    pub effect: Effect,
    /// What waits after the change.
    pub pending: Vec<PendingPods>,
    /// What was taken for granted, as sentences.
    pub notes: Vec<String>,
    /// Whose prices they are, apart from those that the description of the nodes gives.
    pub prices: PricesFrom,
}

/// Who says what an instance costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricesFrom {
    /// What the bill is counted in.
    pub currency: Currency,
    /// The day as of which the prices hold.
    pub as_of: Date,
    /// Who says so.
    pub source: String,
}

/// Nodes of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    /// The kind.
    pub kind: NodeKind,
    /// How many there are now.
    pub present: u32,
    /// How many there are before the change, once that has settled.
    pub before: u32,
    /// How many there are after it.
    pub after: u32,
    /// What the change does to them.
    pub effect: Effect,
    /// What one costs.
    pub price: Priced,
    /// Before and after: number × price an hour × 730, rounded once. None if the price is not known.
    pub figures: Option<Figures>,
}

/// The price of an hour of a node, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Priced {
    /// The description of the nodes says it: the customer's own.
    Given(Decimal),
    /// The list says it.
    Listed(Decimal),
    /// It stands in for the price of the node's own place, which is not known, and why.
    Assumed(Decimal, String),
    /// It is not known, and why.
    Unknown(String),
}

/// Pods that wait after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingPods {
    /// Whose they are.
    pub controller: Controller,
    /// How many wait before the change.
    pub before: u32,
    /// How many wait after it.
    pub after: u32,
    /// A sentence with the reason: `9 pods stay Pending: no node has 24 GiB of memory free`.
    pub text: String,
}

/// The bill for the nodes that a state needs before and after a change; without a state before, everything is new.
///
/// # Errors
/// When a field of a workload is refused, there are too many pods, or a cost does not fit into 64 bits of micro-units.
pub fn bill(
    cluster: &Cluster,
    before: Option<&[Object]>,
    after: &[Object],
    prices: &PriceBook,
) -> Result<Bill, CostError> {
    let comparison = packing::compare(cluster, before.unwrap_or_default(), after)?;
    let nodes: Vec<BillLine> =
        comparison.kinds.iter().map(|change| line(change, &comparison, prices)).collect::<Result<_, _>>()?;
    Ok(Bill {
        total: total(&nodes, prices)?,
        delta_range: delta_range(&comparison, prices)?,
        effect: comparison.effect,
        pending: pending(&comparison),
        notes: cluster.notes().to_vec(),
        prices: origin(&nodes, prices),
        nodes,
    })
}

fn line(
    change: &packing::KindChange,
    comparison: &Comparison,
    prices: &PriceBook,
) -> Result<BillLine, CostError> {
    let of = |packing: &Packing| packing.likely.nodes.iter().find(|one| one.kind == change.kind).cloned();
    let given = of(&comparison.after).or_else(|| of(&comparison.before)).and_then(|one| one.price);
    let price = priced(&change.kind, given, prices);
    let figures = match price.hour() {
        Some(hour) => {
            let before = figure(month(hour, change.before)?, prices);
            Some(Figures::new(before, figure(month(hour, change.after)?, prices)))
        }
        None => None,
    };
    let packing::KindChange { kind, present, before, after, effect } = change.clone();
    Ok(BillLine { kind, present, before, after, effect, price, figures })
}

impl Priced {
    /// An hour, if it is known.
    #[must_use]
    pub fn hour(&self) -> Option<Decimal> {
        match self {
            Self::Given(hour) | Self::Listed(hour) | Self::Assumed(hour, _) => Some(*hour),
            Self::Unknown(_) => None,
        }
    }
}

/// The description of the nodes comes before the list.
fn priced(kind: &NodeKind, given: Option<u64>, prices: &PriceBook) -> Priced {
    if let Some(nanos) = given {
        return Priced::Given(Decimal::from_i128_with_scale(i128::from(nanos), 9).normalize());
    }
    let Some(name) = &kind.instance_type else {
        return Priced::Unknown("its instance type is not known".to_owned());
    };
    match prices.instance(name, kind.region.as_deref(), kind.capacity_type.as_deref()) {
        InstancePrice::Known(known) => match (known.hour.confidence, known.hour.why) {
            (Confidence::Assumed, why) => Priced::Assumed(known.hour.price, why.unwrap_or_default()),
            _ => Priced::Listed(known.hour.price),
        },
        InstancePrice::Unknown(why) => Priced::Unknown(why),
    }
}

/// Who says what the nodes cost: every list that a price was taken from, as of the oldest day of them.
fn origin(nodes: &[BillLine], prices: &PriceBook) -> PricesFrom {
    let mut sources = BTreeSet::new();
    let mut oldest: Option<Date> = None;
    for line in nodes.iter().filter(|line| matches!(line.price, Priced::Listed(_) | Priced::Assumed(..))) {
        let NodeKind { instance_type, region, capacity_type, .. } = &line.kind;
        let name = instance_type.as_deref().unwrap_or_default();
        let InstancePrice::Known(known) = prices.instance(name, region.as_deref(), capacity_type.as_deref())
        else {
            continue;
        };
        oldest = Some(oldest.map_or(known.hour.as_of.clone(), |day| day.min(known.hour.as_of.clone())));
        sources.insert(known.hour.source);
    }
    match oldest {
        Some(as_of) => {
            let source = sources.into_iter().collect::<Vec<_>>().join("; ");
            PricesFrom { currency: prices.currency, as_of, source }
        }
        None => PricesFrom {
            currency: prices.currency,
            as_of: prices.as_of.clone(),
            source: prices.source.clone(),
        },
    }
}

/// So many nodes for a month, in micro-units, rounded half to even.
fn month(hour: Decimal, nodes: u32) -> Result<i64, CostError> {
    let micros = hour
        .checked_mul(Decimal::from(HOURS_A_MONTH))
        .and_then(|month| month.checked_mul(Decimal::from(nodes)))
        .and_then(|cost| cost.checked_mul(Decimal::from(1_000_000)))
        .map(|micros| micros.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven));
    micros.and_then(|micros| i64::try_from(micros).ok()).ok_or_else(too_large)
}

fn too_large() -> CostError {
    CostError::Overflow("the nodes".to_owned())
}

fn figure(micros: i64, prices: &PriceBook) -> Figure {
    let money = Money { micros, currency: prices.currency };
    Figure { money, cents: money.cents() }
}

fn total(nodes: &[BillLine], prices: &PriceBook) -> Result<Option<Figures>, CostError> {
    let mut sums = (0_i64, 0_i64);
    for line in nodes {
        let Some(figures) = line.figures else { return Ok(None) };
        let add = |sum: i64, figure: Figure| sum.checked_add(figure.money.micros).ok_or_else(too_large);
        sums = (add(sums.0, figures.baseline)?, add(sums.1, figures.projected)?);
    }
    Ok(Some(Figures::new(figure(sums.0, prices), figure(sums.1, prices))))
}

/// What a packing costs a month; none if the price of a node is not known.
fn cost(packed: &Packed, prices: &PriceBook) -> Result<Option<i64>, CostError> {
    let mut sum = 0_i64;
    for nodes in packed.nodes.iter().filter(|nodes| nodes.count > 0) {
        let Some(hour) = priced(&nodes.kind, nodes.price, prices).hour() else { return Ok(None) };
        sum = sum.checked_add(month(hour, nodes.count)?).ok_or_else(too_large)?;
    }
    Ok(Some(sum))
}

/// From the least after less the most before to the most after less the least before: no choice of an autoscaler is
/// outside.
fn delta_range(comparison: &Comparison, prices: &PriceBook) -> Result<Option<(Money, Money)>, CostError> {
    let bounds = |packing: &Packing| -> Result<Option<(i64, i64)>, CostError> {
        let mut bounds: Option<(i64, i64)> = None;
        for packed in std::iter::once(&packing.likely).chain(&packing.others) {
            let Some(cost) = cost(packed, prices)? else { return Ok(None) };
            bounds = Some(bounds.map_or((cost, cost), |(low, high)| (low.min(cost), high.max(cost))));
        }
        Ok(bounds)
    };
    let (Some(before), Some(after)) = (bounds(&comparison.before)?, bounds(&comparison.after)?) else {
        return Ok(None);
    };
    let money = |micros| Money { micros, currency: prices.currency };
    Ok(Some((money(after.0 - before.1), money(after.1 - before.0))))
}

fn pending(comparison: &Comparison) -> Vec<PendingPods> {
    let before = |controller: &Controller| -> u32 {
        let waiting = &comparison.before.likely.pending;
        waiting.iter().filter(|one| one.controller == *controller).map(|one| one.pods).sum()
    };
    let of = |one: &packing::Pending| PendingPods {
        before: before(&one.controller),
        controller: one.controller.clone(),
        after: one.pods,
        text: one.text.clone(),
    };
    comparison.after.likely.pending.iter().map(of).collect()
}
