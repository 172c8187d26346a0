//! Gates: what a person asked to be told by the exit code.

use application::{Amount, Threshold};
use cost_model::{Bill, CostReport};
use price_book::{Currency, PriceBook};
use risk_rules::{Level, RiskReport};

use crate::cli::{GateLevel, Pricing};
use crate::failure::Failure;

/// The level of a gate as the rules know it.
pub(crate) fn level(gate: GateLevel) -> Level {
    match gate {
        GateLevel::Low => Level::Low,
        GateLevel::Medium => Level::Medium,
        GateLevel::High => Level::High,
        GateLevel::Critical => Level::Critical,
    }
}

/// What `--fail-on` says against a report.
pub(crate) fn risk(gate: Option<GateLevel>, report: &RiskReport) -> Option<String> {
    let gate = level(gate?);
    (report.risk_level >= gate).then(|| format!("the risk is {}, and --fail-on is {gate}", report.risk_level))
}

/// The most that a change may add to a month's cost, and who says so.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    threshold: Threshold,
    set_by: &'static str,
}

impl Limit {
    /// The command line's, else the application's.
    pub(crate) fn of(pricing: &Pricing, policy: Option<&Threshold>) -> Option<Self> {
        let asked = pricing.fail_above.as_ref().map(|threshold| (threshold, "--fail-above"));
        let (threshold, set_by) =
            asked.or(policy.map(|threshold| (threshold, "failAbove of plimsoll.yaml")))?;
        Some(Self { threshold: threshold.clone(), set_by })
    }

    /// Refuses an amount in another currency than the prices: without a dated rate the two cannot be compared.
    pub(crate) fn check_currency(&self, book: &PriceBook) -> Result<(), Failure> {
        let Threshold::Amount(Amount { currency: Some(currency), .. }) = &self.threshold else {
            return Ok(());
        };
        match currency == book.currency.code() {
            true => Ok(()),
            false => Err(Failure::new(
                "MONEY_CURRENCIES",
                format!("{} is in {currency}, and the prices are in {}", self.set_by, book.currency),
            )),
        }
    }

    /// What the limit is, with the currency of what it is held against.
    fn text(&self, currency: Currency) -> String {
        match &self.threshold {
            Threshold::Amount(amount) => {
                format!("{} {currency}", Amount { currency: None, ..amount.clone() })
            }
            Threshold::Share(share) => share.to_string(),
        }
    }

    /// Why a change by `delta` is above it, if it is: `--fail-above is 40.00 USD`.
    fn passed(&self, baseline: i64, delta: i64, currency: Currency) -> Option<String> {
        let (set_by, limit) = (self.set_by, self.text(currency));
        match &self.threshold {
            Threshold::Amount(amount) => (delta > amount.micros).then(|| format!("{set_by} is {limit}")),
            Threshold::Share(share) if !share.is_exceeded(baseline, delta) => None,
            Threshold::Share(_) if baseline == 0 => {
                Some(format!("there was nothing before, of which any rise is more than {set_by} {limit}"))
            }
            Threshold::Share(_) => Some(format!(
                "{set_by} is {limit} of {}",
                currency.format(price_book::Money { micros: baseline, currency }.cents())
            )),
        }
    }
}

/// What a limit says against a bill for nodes, with what stands on an invoice beside them. A price that is not known may be
/// any, and so may the cost of a change; of the bill's range the most counts.
pub(crate) fn bill(limit: &Limit, bill: &Bill, report: &CostReport) -> Option<String> {
    let currency = bill.prices.currency;
    let Some(Invoice { baseline, nodes, beside }) = invoice(bill, report) else {
        let (set_by, limit) = (limit.set_by, limit.text(currency));
        return Some(format!("what the nodes cost is not known, so it may be above {set_by} {limit}"));
    };
    let Some(passed) = limit.passed(baseline, nodes + beside, currency) else {
        return unknown(limit, report);
    };
    let money = |micros| currency.format_change(price_book::Money { micros, currency }.cents());
    let with = match beside {
        0 => String::new(),
        more => format!(", and what stands beside them by {}", money(more)),
    };
    Some(format!("the bill for nodes changes by up to {} a month{with}, and {passed}", money(nodes)))
}

/// An invoice before a change, and the most that the change adds to its nodes and to what stands beside them, in micro-units.
struct Invoice {
    baseline: i64,
    nodes: i64,
    beside: i64,
}

/// None where the nodes' prices are not known, or a sum does not fit into 64 bits.
fn invoice(bill: &Bill, report: &CostReport) -> Option<Invoice> {
    let ((_, most), total) = bill.delta_range.zip(bill.total)?;
    let (before, after) = report.beside_nodes()?;
    let (nodes, beside) = (most.micros, after.checked_sub(before)?);
    nodes.checked_add(beside)?;
    Some(Invoice { baseline: total.baseline.money.micros.checked_add(before)?, nodes, beside })
}

/// What a limit says against a report. What is not known may be anything.
pub(crate) fn cost(limit: Option<&Limit>, report: &CostReport) -> Option<String> {
    let limit = limit?;
    let (total, currency) = (&report.total, report.book.currency);
    if let Some(passed) = limit.passed(total.baseline.money.micros, total.delta.money.micros, currency) {
        return Some(format!("the change costs {} a month, and {passed}", total.delta.change_text()));
    }
    unknown(limit, report)
}

/// What a limit says against a change of which a cost is not known.
fn unknown(limit: &Limit, report: &CostReport) -> Option<String> {
    let mut unknown = report.unknown.iter().filter(|unknown| unknown.changed);
    let first = unknown.next()?;
    let more = match unknown.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "what the change of {}{more} costs is not known, so it may be above {} {}",
        first.key,
        limit.set_by,
        limit.text(report.book.currency)
    ))
}
