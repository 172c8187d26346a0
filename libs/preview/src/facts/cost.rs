//! The facts of what a promotion costs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use budgets::Standing;
use cost_model::{Bill, CostReport, Figure, Range};
use explainer::{BillFacts, BudgetFact, CostFacts, CostLine, Money, MoneyRange, UnknownCost, WaitingFact};
use kube_model::{ObjectKey, ObjectRef};
use price_book::Confidence;

/// Of the objects whose cost changes, as many are named.
const MOVERS: usize = 5;
/// As many reasons are given why a figure is assumed.
const REASONS: usize = 3;

pub(super) fn facts(report: &CostReport, bill: Option<&Bill>) -> CostFacts {
    let lines = report.largest_movers(MOVERS).into_iter().filter_map(|object| {
        let delta = change(object.delta()?);
        Some(CostLine { object: reference(&object.key, &object.api_version), delta })
    });
    let unknown = report.unknown.iter().filter(|unknown| unknown.changed).map(|unknown| UnknownCost {
        object: reference(&unknown.key, &unknown.api_version),
        reason: unknown.why.clone(),
    });
    let range = Some(report.ranges.delta).filter(|range| !range.is_exact());
    CostFacts {
        bill: bill.map(bill_facts),
        baseline: amount(report.total.baseline),
        projected: amount(report.total.projected),
        delta: change(report.total.delta),
        share: report.total.share().filter(|_| report.total.delta.cents != 0),
        range: range.map(|Range { low, high }| MoneyRange { low: low.map(moved), high: high.map(moved) }),
        confidence: word(report.certainty.worst_of_change),
        assumed: assumed(report),
        lines: lines.collect(),
        unknown: unknown.collect(),
        source: report.book.source.clone(),
        as_of: report.book.as_of.to_string(),
    }
}

fn bill_facts(bill: &Bill) -> BillFacts {
    let total = bill.total.as_ref();
    let range = bill.delta_range.filter(|(low, high)| low != high);
    let grows = bill.pending.iter().filter(|pods| pods.after > pods.before);
    let waiting =
        grows.map(|pods| WaitingFact { controller: pods.controller.to_string(), text: pods.text.clone() });
    let stuck = bill
        .stuck
        .iter()
        .map(|one| WaitingFact { controller: one.controller.to_string(), text: one.text.clone() });
    BillFacts {
        delta: total.map(|total| change(total.delta)),
        baseline: total.map(|total| amount(total.baseline)),
        projected: total.map(|total| amount(total.projected)),
        range: range.map(|(low, high)| MoneyRange { low: Some(moved(low)), high: Some(moved(high)) }),
        confidence: word(bill.confidence),
        verdict: bill.verdict(),
        deed: bill.deed(),
        waiting: waiting.chain(stuck).collect(),
    }
}

/// How a budget stands, as a fact.
#[must_use]
pub fn budget_fact(standing: &Standing) -> BudgetFact {
    BudgetFact {
        name: standing.budget.label(),
        standing: standing.text(),
        against: standing.is_against(),
        left: standing.left().map(plain),
        limit: standing.limit.map(plain),
    }
}

/// Why what the change does to the cost is a guess, what weighs most first.
fn assumed(report: &CostReport) -> Vec<String> {
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for part in report.objects.iter().flat_map(|object| &object.parts) {
        let weight = part.figures.delta.money.micros.unsigned_abs();
        let why = part.assumed.as_deref().or(part.price.why.as_deref());
        if let Some(why) = why.filter(|_| part.confidence == Confidence::Assumed && weight > 0) {
            let sum = reasons.entry(why).or_default();
            *sum = sum.saturating_add(weight);
        }
    }
    let mut reasons: Vec<(&str, u64)> = reasons.into_iter().collect();
    // The sort is stable: what weighs the same stays in the order of the alphabet.
    reasons.sort_by_key(|(_, weight)| Reverse(*weight));
    reasons.into_iter().take(REASONS).map(|(why, _)| why.to_owned()).collect()
}

fn word(confidence: Option<Confidence>) -> Option<String> {
    confidence.map(|confidence| confidence.word().to_owned())
}

fn amount(figure: Figure) -> Money {
    Money { micros: figure.money.micros, text: figure.text() }
}

fn change(figure: Figure) -> Money {
    Money { micros: figure.money.micros, text: figure.change_text() }
}

fn plain(money: price_book::Money) -> Money {
    Money { micros: money.micros, text: money.currency.format(money.cents()) }
}

fn moved(money: price_book::Money) -> Money {
    Money { micros: money.micros, text: money.currency.format_change(money.cents()) }
}

fn reference(key: &ObjectKey, api_version: &str) -> ObjectRef {
    ObjectRef {
        api_version: api_version.to_owned(),
        kind: key.kind.clone(),
        namespace: key.namespace.clone(),
        name: key.name.clone(),
    }
}
