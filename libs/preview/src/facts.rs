//! From documents to the facts that the explanation is written from.

mod cost;

use budgets::{Elsewhere, Spending, States, standings};
use cost_model::{Bill, CostReport};
use diff_engine::{Change, Diff, How, Match, Op};
use explainer::{
    BudgetFact, ChangeFacts, ChangeItem, FactSheet, PlanFacts, PlanItem, Renamed, RiskFacts, Subject,
};
use kube_model::{Path, Place, PlacePattern};
use promotion_plan::Selection;
use risk_rules::RiskReport;

use crate::plan::PlanDocument;
use crate::tree::relative;

pub use cost::budget_fact;

/// Everything that may be said about a promotion: what the explanation is written from.
///
/// What the application's other environments cost and what is live are not known to the documents: a budget on all
/// environments is not evaluated, and there is no drift. Whoever knows more puts it in.
#[must_use]
pub fn fact_sheet(
    plan: &PlanDocument,
    diff: &Diff,
    (cost, bill): (&CostReport, Option<&Bill>),
    risk: &RiskReport,
) -> FactSheet {
    FactSheet {
        subject: Subject::Promotion { from: plan.from.name().to_owned(), to: plan.to.name().to_owned() },
        changes: changes(diff),
        cost: Some(cost::facts(cost, bill)),
        budgets: held(plan, cost),
        risk: Some(RiskFacts::from(risk)),
        plan: Some(facts(plan)),
        drift: None,
    }
}

fn held(plan: &PlanDocument, cost: &CostReport) -> Vec<BudgetFact> {
    let spending = Spending { report: cost, states: States::Report };
    let elsewhere = Elsewhere::Unknown("what the application's other environments cost is not read here");
    standings(&plan.budgets, &spending, elsewhere).iter().map(budget_fact).collect()
}

fn changes(diff: &Diff) -> ChangeFacts {
    let items: Vec<ChangeItem> = diff
        .changes
        .iter()
        .filter(|change| !is_of_a_hash(change, diff))
        .map(|change| ChangeItem {
            object: change.object.clone(),
            op: match change.op {
                Op::Add => explainer::Op::Add,
                Op::Remove => explainer::Op::Remove,
                Op::Replace | Op::Reorder => explainer::Op::Replace,
            },
            path: change.path.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
        })
        .collect();
    let renamed = diff.matched.iter().filter(|one| is_another(one)).map(|one| Renamed {
        before: one.before.clone(),
        after: one.after.clone(),
        consequence: one.consequence.clone(),
    });
    ChangeFacts { renamed: renamed.collect(), ..ChangeFacts::of(&items, diff.suppressed.len()) }
}

/// Another hash in a name, and what follows it, is told with the objects that are called differently.
fn is_of_a_hash(change: &Change, diff: &Diff) -> bool {
    let has_new_hash = |one: &Match| one.how == How::HashSuffix && one.after == change.object;
    let is_own_name = change.path == Path::root().key("metadata").key("name");
    change.follows.is_some() || (is_own_name && diff.matched.iter().any(has_new_hash))
}

/// Another version of the API alone makes no other object.
fn is_another(one: &Match) -> bool {
    (&one.before.namespace, &one.before.name) != (&one.after.namespace, &one.after.name)
}

fn facts(plan: &PlanDocument) -> PlanFacts {
    let held: Vec<&Place> = plan.inputs.held.iter().flat_map(|held| &held.places).collect();
    let items = |items: &[promotion_plan::PlanItem]| {
        let item = |item: &promotion_plan::PlanItem| PlanItem {
            place: item.label.trim_end_matches(':').to_owned(),
            reason: item.reason.clone(),
            declined: declines(&plan.selection, &item.place),
            waited: held.iter().any(|place| meets(place, &item.place)),
        };
        items.iter().map(item).collect()
    };
    PlanFacts {
        carried: items(&plan.carried),
        kept: items(&plan.kept),
        pending: items(&plan.pending),
        candidates: items(&plan.candidates),
        blocked: items(&plan.blocked),
        edits: plan.edits.iter().map(|edit| relative(&plan.inputs.root, &edit.path).to_owned()).collect(),
        partial: plan.partial.clone(),
        notes: plan.notes.clone(),
    }
}

/// Whether somebody declined a place that could have gone over.
fn declines(selection: &Selection, place: &Place) -> bool {
    let covers = |patterns: &[PlacePattern]| patterns.iter().any(|pattern| pattern.covers(place));
    covers(&selection.skip) || !(selection.only.is_empty() || covers(&selection.only))
}

/// Whether one place is the other, or lies within it.
fn meets(one: &Place, other: &Place) -> bool {
    one.object == other.object && (one.path.contains(&other.path) || other.path.contains(&one.path))
}
