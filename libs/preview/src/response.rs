//! A preview as the API answers it.

use budgets::{Elsewhere, Spending, Standing, States, standings};
use cost_model::{Bill, CostPreview, CostReport, EstimatedCost};
use diff_engine::{Change, DiffSummary, Match, Suppressed};
use explainer::{Concern, Paragraph};
use risk_rules::{Finding, IdleWaiver, Level, NotEvaluated, PolicyNotEvaluated, Waived};
use serde::Serialize;

use crate::equal::Previewed;
use crate::plan::PlanDocument;
use crate::stages::ExplanationDocument;
use crate::tree::Side;

/// What the API says of a preview, beside the promotion's own identifier, status and hash. The names are those of
/// `schemas/json/preview.schema.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Response<'a> {
    /// The source.
    pub from: &'a Side,
    /// The target.
    pub to: &'a Side,
    /// The source as it stood at the last promotion.
    pub base: Option<&'a Side>,
    /// The plan.
    pub plan: &'a PlanDocument,
    /// What changes in the target, and what is written differently and is no change.
    pub diff: Changes<'a>,
    /// The objects that differ.
    pub diff_summary: &'a DiffSummary,
    /// The cost of a month, before and after.
    pub estimated_cost: EstimatedCost,
    /// How the budgets on the target stand. What the application's other environments cost is not known to these documents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<Standing>,
    /// What the change does to the bill for nodes, as the invoice will have it; null where the nodes are not known.
    pub bill: Option<&'a Bill>,
    /// Why there is no bill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill_unknown: Option<&'a str>,
    /// The change of the cost in a nutshell.
    pub cost_preview: CostPreview,
    /// The whole report on cost.
    pub cost: &'a CostReport,
    /// The level of the worst finding.
    pub risk_level: Level,
    /// The findings.
    pub findings: &'a [Finding],
    /// The findings that somebody has accepted.
    #[serde(skip_serializing_if = "<[Waived]>::is_empty")]
    pub waived: &'a [Waived],
    /// The waivers that have ended or name nothing any more.
    #[serde(skip_serializing_if = "<[IdleWaiver]>::is_empty")]
    pub waivers_idle: &'a [IdleWaiver],
    /// The rules that lacked their facts.
    pub not_evaluated: &'a [NotEvaluated],
    /// The users' policies that could not be held against everything.
    #[serde(skip_serializing_if = "<[PolicyNotEvaluated]>::is_empty")]
    pub policies_not_evaluated: &'a [PolicyNotEvaluated],
    /// The whole in plain English.
    pub explanation: &'a str,
    /// What of it is about risk: the findings, what is waived, and what could not be evaluated.
    pub risk_explanation: String,
}

/// The changes and what is none.
#[derive(Debug, Clone, Serialize)]
pub struct Changes<'a> {
    /// The changes.
    pub changes: &'a [Change],
    /// What is written differently and is no change.
    pub suppressed: &'a [Suppressed],
    /// Objects before and after that are called differently and belong together.
    #[serde(skip_serializing_if = "<[Match]>::is_empty")]
    pub matched: &'a [Match],
}

/// The answer, from the documents of a preview.
#[must_use]
pub fn response<'a>(documents: Previewed<'a>, explanation: &'a ExplanationDocument) -> Response<'a> {
    let Previewed { plan, changes, cost, bill, risk } = documents;
    let about_risk = |paragraph: &&Paragraph| {
        matches!(paragraph.concern, Concern::Risk | Concern::Waived | Concern::Unevaluated)
    };
    let on_risk = explanation.explanation.paragraphs.iter().filter(about_risk);
    let on_risk: Vec<&str> = on_risk.map(|paragraph| paragraph.text.as_str()).collect();
    let spending = Spending { report: cost, states: States::Report };
    let elsewhere = Elsewhere::Unknown("what the application's other environments cost is not read here");
    Response {
        from: &plan.from,
        to: &plan.to,
        base: plan.base.as_ref(),
        plan,
        diff: Changes {
            changes: &changes.changes,
            suppressed: &changes.suppressed,
            matched: &changes.matched,
        },
        diff_summary: &changes.summary,
        estimated_cost: cost.estimated_cost(),
        budgets: standings(&plan.budgets, &spending, elsewhere),
        bill: bill.bill(),
        bill_unknown: bill.why_unknown(),
        cost_preview: cost.cost_preview(),
        cost,
        risk_level: risk.risk_level,
        findings: &risk.findings,
        waived: &risk.waived,
        waivers_idle: &risk.waivers_idle,
        not_evaluated: &risk.not_evaluated,
        policies_not_evaluated: &risk.policies_not_evaluated,
        explanation: &explanation.text,
        risk_explanation: on_risk.join(" "),
    }
}
