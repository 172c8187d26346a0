//! From documents to the facts that the explanation is written from.

use cost_model::{Bill, CostReport, Figure};
use diff_engine::{Change, Diff, How, Match, Op};
use explainer::{
    BillFacts, ChangeFacts, ChangeItem, CostFacts, CostLine, FactSheet, Money, PlanFacts, PlanItem, Renamed,
    RiskFacts, Subject, UnknownCost,
};
use kube_model::{ObjectKey, ObjectRef, Path};
use risk_rules::RiskReport;

use crate::plan::PlanDocument;
use crate::tree::relative;

/// Of the objects whose cost changes, as many are named.
const MOVERS: usize = 5;

/// The facts of a promotion.
pub(crate) fn sheet(
    plan: &PlanDocument,
    diff: &Diff,
    (cost, bill): (&CostReport, Option<&Bill>),
    risk: &RiskReport,
) -> FactSheet {
    FactSheet {
        subject: Subject::Promotion { from: plan.from.name().to_owned(), to: plan.to.name().to_owned() },
        changes: changes(diff),
        cost: Some(costs(cost, bill)),
        risk: Some(RiskFacts::from(risk)),
        plan: Some(facts(plan)),
    }
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

fn costs(report: &CostReport, bill: Option<&Bill>) -> CostFacts {
    let money = |figure: Figure| Money { micros: figure.money.micros, text: figure.text() };
    let change = |figure: Figure| Money { micros: figure.money.micros, text: figure.change_text() };
    let lines = report.largest_movers(MOVERS).into_iter().filter_map(|object| {
        Some(CostLine { object: reference(&object.key, &object.api_version), delta: change(object.delta()?) })
    });
    let changed = report.unknown.iter().filter(|unknown| unknown.changed);
    CostFacts {
        bill: bill.map(|bill| BillFacts { verdict: bill.verdict(), deed: bill.deed() }),
        baseline: money(report.total.baseline),
        projected: money(report.total.projected),
        delta: change(report.total.delta),
        lines: lines.collect(),
        unknown: changed
            .map(|unknown| UnknownCost {
                object: reference(&unknown.key, &unknown.api_version),
                reason: unknown.why.clone(),
            })
            .collect(),
        source: report.book.source.clone(),
        as_of: report.book.as_of.to_string(),
    }
}

fn reference(key: &ObjectKey, api_version: &str) -> ObjectRef {
    ObjectRef {
        api_version: api_version.to_owned(),
        kind: key.kind.clone(),
        namespace: key.namespace.clone(),
        name: key.name.clone(),
    }
}

fn facts(plan: &PlanDocument) -> PlanFacts {
    let items = |items: &[promotion_plan::PlanItem]| {
        let item = |item: &promotion_plan::PlanItem| PlanItem {
            place: item.label.trim_end_matches(':').to_owned(),
            reason: item.reason.clone(),
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
    }
}
