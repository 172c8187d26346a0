//! What the invoice will do: the nodes that a state needs, at the prices of their instances.

mod catalogue;
mod committed;
mod counted;
mod loads;
mod range;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use kube_model::Object;
use packing::{Cluster, Comparison, Controller, Effect, NodeKind, Packing, StuckRollout};
use price_book::{Confidence, Currency, Date, InstancePrice, InstanceQuote, Money, PriceBook};
use rust_decimal::{Decimal, RoundingStrategy};

use self::catalogue::Catalogue;
use self::committed::Committed;
use self::loads::Loads;
use crate::{CostError, DaemonPods, Figure, Figures, HOURS_A_MONTH};

/// The bill for nodes before and after a change, a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The nodes by kind, sorted by kind; kinds that stay as they are, are among them.
    pub nodes: Vec<BillLine>,
    /// The whole: the sum over `nodes`, or less where the price book holds commitments that cover them; none if the price of one of
    /// them is not known.
    pub total: Option<Figures>,
    /// The least and the most that the change may do, in micro-units, where an autoscaler leaves it to chance or a price has
    /// moved; equal where neither is so. None as of `total`.
    pub delta_range: Option<(Money, Money)>,
    /// How sure the least sure price is of a node that counts. None as of `total`.
    pub confidence: Option<Confidence>,
    /// What the change does to the nodes.
    pub effect: Effect,
    /// What waits after the change.
    pub pending: Vec<PendingPods>,
    /// The rollouts that do not go on: their new pods find no place beside the old ones.
    pub stuck: Vec<StuckRollout>,
    /// The pods of DaemonSets on these nodes, sorted by namespace and name.
    pub daemons: Vec<DaemonPods>,
    /// What was taken for granted, as sentences.
    pub notes: Vec<String>,
    /// Whose prices they are, apart from those that the description of the nodes gives.
    pub prices: PricesFrom,
    /// Major and minor version of the newest kubelet among the nodes; the API server's is this one or newer.
    pub kubelet: Option<(u32, u32)>,
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
    /// The price book says it.
    Quoted(Box<InstanceQuote>),
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
    /// How many there are to be after it.
    pub wanted: u32,
    /// A sentence with the reason: `9 pods stay Pending: no node has 24 GiB of memory free`.
    pub text: String,
}

/// The bill for the nodes that a state needs before and after a change; without a state before, everything is new.
///
/// The pods are those that [`estimate`](crate::estimate) counts: what autoscalers, LimitRanges, Rollouts and owners say of their number
/// and size, without those that run elsewhere than on nodes.
///
/// # Errors
/// When a field of a workload is refused, there are too many pods, the description of the nodes gives prices in another currency
/// than the book's, or a cost does not fit into 64 bits of micro-units.
pub fn bill(
    cluster: &Cluster,
    before: Option<&[Object]>,
    after: &[Object],
    prices: &PriceBook,
) -> Result<Bill, CostError> {
    check_currency(cluster, prices)?;
    let catalogue = Catalogue::beside(cluster, prices);
    let cluster = &catalogue.cluster;
    let Loads { expected: comparison, extremes, mut notes } =
        Loads::of(&catalogue, before.unwrap_or_default(), after, prices)?;
    notes.extend(catalogue.note.clone());
    let nodes: Vec<BillLine> =
        comparison.kinds.iter().map(|change| line(change, &comparison, prices)).collect::<Result<_, _>>()?;
    let committed = Committed::of(&nodes, prices);
    notes.extend(committed.iter().map(|committed| committed.note(prices.currency.code())));
    notes.extend(without_currency(cluster, &nodes, prices));
    Ok(Bill {
        total: match committed {
            Some(committed) => Some(figures(committed.months()?, prices)),
            None => total(&nodes, prices)?,
        },
        delta_range: range::of(std::iter::once(&comparison).chain(&extremes), prices)?,
        confidence: confidence(&nodes),
        effect: comparison.effect,
        pending: pending(&comparison),
        daemons: daemons(&comparison),
        stuck: comparison.stuck,
        notes: cluster.notes().iter().cloned().chain(notes).collect(),
        prices: origin(&nodes, prices),
        kubelet: cluster.newest_kubelet(),
        nodes,
    })
}

fn check_currency(cluster: &Cluster, prices: &PriceBook) -> Result<(), CostError> {
    match cluster.currency() {
        Some(nodes) if nodes != prices.currency.code() => {
            Err(CostError::Currencies { nodes: nodes.to_owned(), book: prices.currency.code().to_owned() })
        }
        _ => Ok(()),
    }
}

/// Prices that are given without a currency are in the book's: that is said.
fn without_currency(cluster: &Cluster, nodes: &[BillLine], prices: &PriceBook) -> Option<String> {
    let is_given = |line: &BillLine| matches!(line.price, Priced::Given(_));
    let is_unsaid = cluster.currency().is_none() && nodes.iter().any(is_given);
    is_unsaid.then(|| {
        let currency = prices.currency.code();
        format!("the prices beside the nodes name no currency: they are taken to be in {currency}")
    })
}

fn figures((before, after): (i64, i64), prices: &PriceBook) -> Figures {
    Figures::new(figure(before, prices), figure(after, prices))
}

fn daemons(comparison: &Comparison) -> Vec<DaemonPods> {
    let mut pods: BTreeMap<&Controller, (u32, u32)> = BTreeMap::new();
    let of = |packing: &'_ Packing| packing.likely.placements.clone();
    let (before, after) = (of(&comparison.before), of(&comparison.after));
    let placed = |placement: &packing::Placement| placement.nodes.values().sum::<u32>();
    before.iter().for_each(|one| pods.entry(&one.controller).or_default().0 = placed(one));
    after.iter().for_each(|one| pods.entry(&one.controller).or_default().1 = placed(one));
    let daemons = pods.into_iter().filter(|(controller, _)| controller.kind == "DaemonSet");
    let named = daemons.map(|(controller, (before, after))| DaemonPods {
        namespace: controller.namespace.clone(),
        name: controller.name.clone(),
        before,
        after,
    });
    named.collect()
}

/// The worst of what counts, where all of it is known.
fn confidence(nodes: &[BillLine]) -> Option<Confidence> {
    let counted = nodes.iter().filter(|line| (line.before, line.after) != (0, 0));
    let each: Option<Vec<Confidence>> = counted.map(|line| line.price.confidence()).collect();
    each.map(|each| each.into_iter().max().unwrap_or(Confidence::Contract))
}

fn line(
    change: &packing::KindChange,
    comparison: &Comparison,
    prices: &PriceBook,
) -> Result<BillLine, CostError> {
    let of = |packing: &Packing| packing.likely.nodes.iter().find(|one| one.kind == change.kind).cloned();
    let given = of(&comparison.after).or_else(|| of(&comparison.before)).and_then(|one| one.price);
    let price = priced(&change.kind, given, prices);
    let counts = (change.before, change.after);
    // What there is none of costs nothing, whatever its price.
    let hour = price.hour().or((counts == (0, 0)).then_some(Decimal::ZERO));
    let figures = match hour {
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
            Self::Given(hour) => Some(*hour),
            Self::Quoted(quote) => Some(quote.hour.price),
            Self::Unknown(_) => None,
        }
    }

    /// How sure it is, if it is known.
    #[must_use]
    pub fn confidence(&self) -> Option<Confidence> {
        match self {
            Self::Given(_) => Some(Confidence::Contract),
            Self::Quoted(quote) => Some(quote.hour.confidence),
            Self::Unknown(_) => None,
        }
    }

    /// The least and the most that an hour may cost, if it is known.
    fn bounds(&self) -> Option<(Decimal, Decimal)> {
        let hour = self.hour()?;
        let range = match self {
            Self::Quoted(quote) => quote.range,
            _ => None,
        };
        Some(range.map_or((hour, hour), |(low, high)| (low.min(hour), high.max(hour))))
    }
}

/// The description of the nodes comes before the book.
fn priced(kind: &NodeKind, given: Option<u64>, prices: &PriceBook) -> Priced {
    if let Some(nanos) = given {
        return Priced::Given(Decimal::from_i128_with_scale(i128::from(nanos), 9).normalize());
    }
    let Some(name) = &kind.instance_type else {
        return Priced::Unknown("its instance type is not known".to_owned());
    };
    match prices.instance(name, kind.region.as_deref(), kind.capacity_type.as_deref()) {
        InstancePrice::Known(quote) => Priced::Quoted(quote),
        InstancePrice::Unknown(why) => Priced::Unknown(why),
    }
}

/// Who says what the nodes cost: every list that a price was taken from, as of the oldest day of them.
fn origin(nodes: &[BillLine], prices: &PriceBook) -> PricesFrom {
    let quotes = nodes.iter().filter_map(|line| match &line.price {
        Priced::Quoted(quote) => Some(&quote.hour),
        Priced::Given(_) | Priced::Unknown(_) => None,
    });
    let (sources, days): (BTreeSet<&str>, BTreeSet<&Date>) =
        quotes.map(|quote| (quote.source.as_str(), &quote.as_of)).unzip();
    let sources: Vec<&str> = sources.into_iter().collect();
    PricesFrom {
        currency: prices.currency,
        as_of: days.first().map_or(&prices.as_of, |oldest| oldest).clone(),
        source: if sources.is_empty() { prices.source.clone() } else { sources.join("; ") },
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
    Ok(Some(figures(sums, prices)))
}

fn pending(comparison: &Comparison) -> Vec<PendingPods> {
    let before = |controller: &Controller| -> u32 {
        let waiting = &comparison.before.likely.pending;
        waiting.iter().filter(|one| one.controller == *controller).map(|one| one.pods).sum()
    };
    let placed = |controller: &Controller| -> u32 {
        let placements = comparison.after.likely.placements.iter();
        let its = placements.filter(|one| one.controller == *controller);
        its.flat_map(|one| one.nodes.values()).sum()
    };
    let of = |one: &packing::Pending| PendingPods {
        wanted: one.pods + placed(&one.controller),
        before: before(&one.controller),
        controller: one.controller.clone(),
        after: one.pods,
        text: one.text.clone(),
    };
    comparison.after.likely.pending.iter().map(of).collect()
}
