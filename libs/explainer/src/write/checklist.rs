//! What to see to before approving.

use kube_model::shown_list;
use risk_rules::Level;

use crate::sheet::{BudgetFact, CostFacts, FactSheet, IdleWaiverFact, PlanFacts, RiskFacts};
use crate::words::{Names, Reasons, count, place, sentences, shown};

/// The most items of one sort.
const MOST: usize = 4;
/// The most things that one item names.
const THINGS: usize = 3;

pub(super) fn write(sheet: &FactSheet, names: Names) -> Vec<String> {
    let mut items = Vec::new();
    items.extend(sheet.plan.iter().flat_map(unread));
    items.extend(sheet.plan.iter().flat_map(blocked));
    items.extend(sheet.risk.iter().flat_map(|risk| findings(risk, names)));
    items.extend(against(&sheet.budgets));
    items.extend(sheet.plan.iter().flat_map(undecided));
    items.extend(sheet.cost.iter().flat_map(|cost| unknown(cost, names)));
    items.extend(sheet.risk.iter().flat_map(idle_waivers));
    items.extend(sheet.risk.as_ref().and_then(base));
    items
}

fn unread(plan: &PlanFacts) -> Option<String> {
    let inputs = count(plan.partial.len(), "input that could", "inputs that could");
    (!plan.partial.is_empty()).then(|| format!("See to the {inputs} not be read, and preview again."))
}

fn against(budgets: &[BudgetFact]) -> Vec<String> {
    let named = |is_broken: bool| -> Vec<String> {
        let of = budgets.iter().filter(|budget| budget.against && budget.is_broken() == is_broken);
        of.map(|budget| shown(&budget.name)).collect()
    };
    let (broken, open) = (named(true), named(false));
    let mut items = Vec::new();
    if !broken.is_empty() {
        items.push(format!("Agree with who owns the budget: {}.", shown_list(&broken, THINGS)));
    }
    if !open.is_empty() {
        items.push(format!("Find out whether there is room in the budget: {}.", shown_list(&open, THINGS)));
    }
    items
}

/// What has ended, or names nothing any more, is renewed or deleted; what lasts too long ends earlier.
fn idle_waivers(risk: &RiskFacts) -> Vec<String> {
    let (long, idle): (Vec<_>, Vec<_>) =
        risk.idle_waivers.iter().partition(|waiver| waiver.why == "too_long");
    let item = |what: &str, waivers: &[&IdleWaiverFact]| {
        let named = |waiver: &&IdleWaiverFact| format!("{} at {}", shown(&waiver.rule), place(&waiver.place));
        let places: Vec<String> = waivers.iter().map(named).collect();
        (!places.is_empty()).then(|| format!("{what} the waiver of {}.", shown_list(&places, THINGS)))
    };
    item("Renew or delete", &idle).into_iter().chain(item("Find an earlier end for", &long)).collect()
}

/// What stands in the way, and why, has a paragraph of its own.
fn blocked(plan: &PlanFacts) -> Option<String> {
    let places: Vec<String> = plan.blocked.iter().map(|item| place(&item.place)).collect();
    (!places.is_empty()).then(|| format!("Settle {}.", shown_list(&places, THINGS)))
}

/// From medium on. A remedy is said once, however many findings ask for it.
fn findings(risk: &RiskFacts, names: Names) -> Vec<String> {
    let serious = risk.findings.iter().filter(|finding| finding.level >= Level::Medium);
    let remedies =
        Reasons::of(serious.map(|finding| (names.object(&finding.object), sentences(&finding.remedy))));
    let of = |remedy: &String, objects: String| format!("{objects}: {remedy}");
    bounded(&remedies, of, |more| {
        format!("See to {} that the findings name.", count(more, "more object", "more objects"))
    })
}

fn undecided(plan: &PlanFacts) -> Vec<String> {
    let open = plan.pending.iter().filter(|item| !item.declined);
    let places: Vec<String> = open.map(|item| place(&item.place)).collect();
    let mut items = Vec::new();
    if !places.is_empty() {
        items.push(format!("Decide about {}.", shown_list(&places, THINGS)));
    }
    match plan.candidates.len() {
        0 => {}
        1 => items.push("Look at the candidate: only what is taken goes over.".to_owned()),
        number => items.push(format!("Look through the {number} candidates: only what is taken goes over.")),
    }
    items
}

fn unknown(cost: &CostFacts, names: Names) -> Option<String> {
    let objects: Vec<String> = cost.unknown.iter().map(|unknown| names.object(&unknown.object)).collect();
    (!objects.is_empty()).then(|| format!("Find out the cost of {}.", shown_list(&objects, THINGS)))
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
    item: impl Fn(&String, String) -> String,
    rest: impl Fn(usize) -> String,
) -> Vec<String> {
    let listed = reasons.listed(THINGS).take(MOST);
    let mut items: Vec<String> = listed.map(|(reason, things)| item(reason, things)).collect();
    let more = reasons.number_from(MOST);
    if more > 0 {
        items.push(rest(more));
    }
    items
}
