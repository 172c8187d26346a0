//! `plimsoll preview --format json` (`schemas/json/preview.schema.json`).

use budgets::Standing;
use cost_model::{Bill, CostPreview, CostReport, EstimatedCost};
use diff_engine::{Change, DiffSummary};
use kube_model::{Object, ObjectRef, Path};
use preview::{ByteSplice, Changes, FileEdit, PlanDocument, PlanItem, Previewed, Response, Side, response};
use risk_rules::{Finding, IdleWaiver, Level, NotEvaluated, PolicyNotEvaluated, Profile, Waived};
use serde::Serialize;
use serde_json::Value;

use crate::headline;
use crate::preview::Preview;

/// The document: what the API answers, without what only programs between the stages need.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    headline: String,
    from: &'a Side,
    to: &'a Side,
    base: Option<&'a Side>,
    plan: Plan<'a>,
    diff: Changes<'a>,
    diff_summary: &'a DiffSummary,
    estimated_cost: EstimatedCost,
    #[serde(skip_serializing_if = "<[Standing]>::is_empty")]
    budgets: &'a [Standing],
    #[serde(skip_serializing_if = "Option::is_none")]
    bill: Option<&'a Bill>,
    cost_preview: CostPreview,
    cost: &'a CostReport,
    profile: Profile,
    risk_level: Level,
    findings: &'a [Finding],
    #[serde(skip_serializing_if = "<[Waived]>::is_empty")]
    waived: &'a [Waived],
    #[serde(skip_serializing_if = "<[IdleWaiver]>::is_empty")]
    waivers_idle: &'a [IdleWaiver],
    not_evaluated: &'a [NotEvaluated],
    #[serde(skip_serializing_if = "<[PolicyNotEvaluated]>::is_empty")]
    policies_not_evaluated: &'a [PolicyNotEvaluated],
    explanation: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<Drift<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rendered: Option<Vec<&'a Value>>,
}

#[derive(Serialize)]
struct Plan<'a> {
    carried: Vec<Item<'a>>,
    kept: Vec<Item<'a>>,
    pending: Vec<Item<'a>>,
    candidates: Vec<Item<'a>>,
    blocked: Vec<Item<'a>>,
    edits: Vec<Edit<'a>>,
    notes: &'a [String],
    partial: &'a [String],
}

#[derive(Serialize)]
struct Item<'a> {
    place: &'a str,
    before: &'a Option<Value>,
    after: &'a Option<Value>,
    reason: &'a str,
    source_changed: Option<bool>,
}

#[derive(Serialize)]
struct Edit<'a> {
    path: &'a str,
    hash_before: Option<&'a str>,
    hash_after: Option<&'a str>,
    splices: Vec<Splice<'a>>,
}

#[derive(Serialize)]
struct Splice<'a> {
    start: usize,
    end: usize,
    text: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    masked: bool,
}

/// What live has otherwise than the target's files.
#[derive(Serialize)]
struct Drift<'a> {
    changes: Vec<Drifted<'a>>,
}

#[derive(Serialize)]
struct Drifted<'a> {
    object: ObjectRef,
    path: &'a Path,
    live: &'a Option<Value>,
    files: &'a Option<Value>,
    written_over: bool,
}

impl<'a> Drift<'a> {
    fn of(drift: &'a crate::drift::Drift) -> Self {
        let drifted = |change: &'a Change| Drifted {
            object: change.object.clone(),
            path: &change.path,
            live: &change.before,
            files: &change.after,
            written_over: drift.is_written_over(change),
        };
        Self { changes: drift.diff.changes.iter().map(drifted).collect() }
    }
}

impl<'a> Document<'a> {
    pub(crate) fn of(preview: &'a Preview, patch: Option<&'a str>, rendered: Option<&'a [Object]>) -> Self {
        let Preview { plan, diff, cost, bill, risk, explanation, .. } = preview;
        let Response {
            from,
            to,
            base,
            plan,
            diff,
            diff_summary,
            estimated_cost,
            bill,
            cost_preview,
            cost,
            risk_level,
            findings,
            waived,
            waivers_idle,
            not_evaluated,
            policies_not_evaluated,
            explanation,
            ..
        } = response(Previewed { plan, changes: diff, cost, bill, risk }, explanation);
        Self {
            headline: headline::of(preview),
            from,
            to,
            base,
            plan: Plan::of(plan),
            diff,
            diff_summary,
            estimated_cost,
            budgets: &preview.budgets,
            bill,
            cost_preview,
            cost,
            profile: preview.risk.profile,
            risk_level,
            findings,
            waived,
            waivers_idle,
            not_evaluated,
            policies_not_evaluated,
            explanation,
            drift: preview.drift.as_ref().map(Drift::of),
            patch,
            rendered: rendered.map(|objects| objects.iter().map(|object| &*object.value).collect()),
        }
    }
}

impl<'a> Plan<'a> {
    fn of(plan: &'a PlanDocument) -> Self {
        let items = |items: &'a [PlanItem]| items.iter().map(Item::of).collect();
        Self {
            carried: items(&plan.carried),
            kept: items(&plan.kept),
            pending: items(&plan.pending),
            candidates: items(&plan.candidates),
            blocked: items(&plan.blocked),
            edits: plan.edits.iter().map(Edit::of).collect(),
            notes: &plan.notes,
            partial: &plan.partial,
        }
    }
}

impl<'a> Item<'a> {
    fn of(item: &'a PlanItem) -> Self {
        let PlanItem { label, before, after, reason, source_changed, .. } = item;
        Self { place: label, before, after, reason, source_changed: *source_changed }
    }
}

impl<'a> Edit<'a> {
    fn of(edit: &'a FileEdit) -> Self {
        let splice = |splice: &'a ByteSplice| Splice {
            start: splice.start,
            end: splice.end,
            text: &splice.text,
            masked: splice.masked,
        };
        Self {
            path: &edit.path,
            hash_before: edit.hash_before.as_deref(),
            hash_after: edit.hash_after.as_deref(),
            splices: edit.splices.iter().map(splice).collect(),
        }
    }
}
