//! Gates: what a person asked to be told by the exit code.

use application::Amount;
use cost_model::{Bill, CostReport};
use price_book::PriceBook;
use risk_rules::{Level, RiskReport};

use crate::cli::GateLevel;
use crate::failure::Failure;

/// The level of a gate as the rules know it.
fn level(gate: GateLevel) -> Level {
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

/// Refuses an amount in another currency than the prices: without a dated rate the two cannot be compared.
pub(crate) fn check_currency(gate: Option<&Amount>, book: &PriceBook) -> Result<(), Failure> {
    let Some(currency) = gate.and_then(|amount| amount.currency.as_deref()) else { return Ok(()) };
    match currency == book.currency.code() {
        true => Ok(()),
        false => Err(Failure::new(
            "MONEY_CURRENCIES",
            format!("--fail-above is in {currency}, and the prices are in {}", book.currency),
        )),
    }
}

/// What `--fail-above` says against a bill. A price that is not known may be any, and of a range the most counts.
pub(crate) fn bill(gate: &Amount, bill: &Bill) -> Option<String> {
    let limit = format!("{} {}", Amount { currency: None, ..gate.clone() }, bill.prices.currency);
    let Some((_, most)) = bill.delta_range else {
        return Some(format!("what the nodes cost is not known, so it may be above --fail-above {limit}"));
    };
    let text = most.currency.format_change(most.cents());
    (most.micros > gate.micros)
        .then(|| format!("the bill for nodes changes by up to {text} a month, and --fail-above is {limit}"))
}

/// What `--fail-above` says against a report. What is not known may be anything.
pub(crate) fn cost(gate: Option<&Amount>, report: &CostReport) -> Option<String> {
    let gate = gate?;
    let limit = format!("{} {}", Amount { currency: None, ..gate.clone() }, report.book.currency);
    let delta = report.total.delta;
    if delta.money.micros > gate.micros {
        let delta = delta.change_text();
        return Some(format!("the change costs {delta} a month, and --fail-above is {limit}"));
    }
    let mut unknown = report.unknown.iter().filter(|unknown| unknown.changed);
    let first = unknown.next()?;
    let more = match unknown.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "what the change of {}{more} costs is not known, so it may be above --fail-above {limit}",
        first.key
    ))
}
