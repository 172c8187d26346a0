//! `plimsoll preview --format json` (`schemas/json/preview.schema.json`).

use cost_model::{CostPreview, CostReport, EstimatedCost};
use diff_engine::{Change, DiffSummary, Suppressed};
use kube_model::Object;
use promotion_plan::{Plan, PlanItem};
use risk_rules::{Finding, Level, NotEvaluated};
use serde::Serialize;
use serde_json::Value;
use source::SourceTree;

use crate::patch::masked::{self, ShownEdit};
use crate::preview::{Inputs, Preview};
use crate::session::{Input, Session};

/// The document.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    from: Side<'a>,
    to: Side<'a>,
    base: Option<Side<'a>>,
    plan: PlanDocument<'a>,
    diff: Changes<'a>,
    diff_summary: &'a DiffSummary,
    estimated_cost: EstimatedCost,
    cost_preview: CostPreview,
    cost: &'a CostReport,
    risk_level: Level,
    findings: &'a [Finding],
    not_evaluated: &'a [NotEvaluated],
    explanation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rendered: Option<Vec<&'a Value>>,
}

/// The plan, with the paths of its edits as the patch names them.
#[derive(Serialize)]
struct PlanDocument<'a> {
    carried: &'a [PlanItem],
    kept: &'a [PlanItem],
    pending: &'a [PlanItem],
    candidates: &'a [PlanItem],
    blocked: &'a [PlanItem],
    edits: Vec<ShownEdit<'a>>,
    notes: &'a [String],
}

impl<'a> PlanDocument<'a> {
    fn of(plan: &'a Plan, target: &SourceTree, session: &Session) -> Self {
        Self {
            carried: &plan.carried,
            kept: &plan.kept,
            pending: &plan.pending,
            candidates: &plan.candidates,
            blocked: &plan.blocked,
            edits: masked::edits(&plan.edits, target, &session.redactor, &session.limits),
            notes: &plan.notes,
        }
    }
}

#[derive(Serialize)]
struct Changes<'a> {
    changes: &'a [Change],
    suppressed: &'a [Suppressed],
}

/// One of the states that a preview is made from.
#[derive(Serialize)]
struct Side<'a> {
    source: &'a str,
    environment: Option<&'a str>,
    namespace: Option<&'a str>,
    commit: Option<&'a str>,
}

impl<'a> Side<'a> {
    fn of(input: &'a Input) -> Self {
        let environment = input.resolved.environment.as_ref();
        Self {
            source: &input.resolved.tree.description,
            environment: environment.map(|environment| environment.name.as_str()),
            namespace: environment.and_then(|environment| environment.namespace.as_deref()),
            commit: input.resolved.tree.pinned.as_deref(),
        }
    }
}

impl<'a> Document<'a> {
    pub(crate) fn of(
        session: &Session,
        preview: &'a Preview,
        patch: Option<&'a str>,
        rendered: Option<&'a [Object]>,
    ) -> Self {
        let Preview { inputs: Inputs { source, target, base }, plan, diff, cost, risk, explanation, .. } =
            preview;
        Self {
            from: Side::of(&source.0),
            to: Side::of(&target.0),
            base: base.as_ref().map(|(input, _)| Side::of(input)),
            plan: PlanDocument::of(plan, &target.0.resolved.tree, session),
            diff: Changes { changes: &diff.changes, suppressed: &diff.suppressed },
            diff_summary: &diff.summary,
            estimated_cost: cost.estimated_cost(),
            cost_preview: cost.cost_preview(),
            cost,
            risk_level: risk.risk_level,
            findings: &risk.findings,
            not_evaluated: &risk.not_evaluated,
            explanation: explanation.to_text(),
            patch,
            rendered: rendered.map(|objects| objects.iter().map(|object| &object.value).collect()),
        }
    }
}
