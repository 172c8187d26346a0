//! What to see to before approving.

use kube_model::{shown, shown_list};
use risk_rules::Level;

use super::cost;
use super::plan::reasons;
use crate::sheet::{CostFacts, FactSheet, PlanFacts, RiskFacts};
use crate::words::{Names, Reasons, count, sentences};

/// The most items of one sort.
const MOST: usize = 4;
/// The most things that one item names.
const THINGS: usize = 3;

pub(super) fn write(sheet: &FactSheet, names: Names) -> Vec<String> {
    let mut items = Vec::new();
    items.extend(sheet.plan.iter().flat_map(blocked));
    items.extend(sheet.risk.iter().flat_map(|risk| findings(risk, names)));
    items.extend(sheet.plan.iter().flat_map(undecided));
    items.extend(sheet.cost.iter().flat_map(|cost| unknown(cost, names)));
    items.extend(sheet.risk.as_ref().and_then(base));
    items
}

fn blocked(plan: &PlanFacts) -> Vec<String> {
    let of = |reason: &str, places: &str| format!("Settle {places}: {reason}.");
    bounded(&reasons(&plan.blocked), of, |more| {
        format!("Settle {}.", count(more, "more blocked place", "more blocked places"))
    })
}

/// From medium on. A remedy is said once, however many findings ask for it.
fn findings(risk: &RiskFacts, names: Names) -> Vec<String> {
    let serious = risk.findings.iter().filter(|finding| finding.level >= Level::Medium);
    let remedies =
        Reasons::of(serious.map(|finding| (names.object(&finding.object), sentences(&finding.remedy))));
    let of = |remedy: &str, objects: &str| format!("{objects}: {remedy}");
    bounded(&remedies, of, |more| {
        format!("See to {} that the findings name.", count(more, "more object", "more objects"))
    })
}

fn undecided(plan: &PlanFacts) -> Vec<String> {
    let of = |reason: &str, places: &str| format!("Decide about {places}: {reason}.");
    let mut items = bounded(&reasons(&plan.pending), of, |more| {
        format!("Decide about {}.", count(more, "more pending place", "more pending places"))
    });
    if !plan.candidates.is_empty() {
        let candidates = count(plan.candidates.len(), "candidate", "candidates");
        items.push(format!("Look through the {candidates}: only what is taken goes over."));
    }
    items
}

fn unknown(cost: &CostFacts, names: Names) -> Vec<String> {
    let of = |reason: &str, objects: &str| format!("Find out the cost of {objects}: {reason}.");
    bounded(&cost::reasons(cost, names), of, |more| {
        format!("Find out the cost of {}.", count(more, "more object", "more objects"))
    })
}

fn base(risk: &RiskFacts) -> Option<String> {
    let lacking = risk.not_evaluated.iter().filter(|rule| rule.needs == "base");
    let rules: Vec<String> = lacking.map(|rule| shown(&rule.rule)).collect();
    (!rules.is_empty()).then(|| {
        format!(
            "Look by hand for what {} would find: nobody knows the source as it was at the last promotion.",
            shown_list(&rules, MOST)
        )
    })
}

/// An item for each reason; what is too much is counted in one.
fn bounded(
    reasons: &Reasons,
    item: impl Fn(&str, &str) -> String,
    rest: impl Fn(usize) -> String,
) -> Vec<String> {
    let listed = reasons.listed(THINGS).take(MOST);
    let mut items: Vec<String> = listed.map(|(reason, things)| item(reason, &things)).collect();
    let more = reasons.number_from(MOST);
    if more > 0 {
        items.push(rest(more));
    }
    items
}
