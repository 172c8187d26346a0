//! The stages that follow: what the change costs, what it risks, and what it is in words.

use application::Policy;
use cost_model::{Assumptions, Bill, CostError, CostReport};
use diff_engine::Diff;
use explainer::{Explanation, FactSheet};
use packing::{Cluster, Controller};
use price_book::PriceBook;
use promotion_plan::PlanItem;
use risk_rules::{
    ClusterFacts, Facts, PlanFacts, PodsOf, Profile, RiskReport, RoomFacts, StuckRollout, WaitingPods, Waiver,
};
use serde::{Deserialize, Serialize};

use crate::facts::fact_sheet;
use crate::nodes::applied_in;
use crate::plan::PlanDocument;
use crate::rendered::Rendered;

/// What the edit of the target costs a month.
///
/// # Errors
/// On a value that Kubernetes would refuse, with its place, and on costs too large to count.
pub fn cost(
    rendered: &Rendered,
    book: &PriceBook,
    assumptions: &Assumptions,
) -> Result<CostReport, CostError> {
    cost_model::estimate(Some(&rendered.before), &rendered.after, book, assumptions)
}

/// What the edit of the target does to the bill for its nodes; `namespace` is where manifests that name none are applied.
///
/// # Errors
/// When a field of a workload is refused, there are too many pods, or a cost is too large to count.
pub fn bill(
    rendered: &Rendered,
    (nodes, namespace): (&Cluster, Option<&str>),
    prices: &PriceBook,
) -> Result<Bill, CostError> {
    let [before, after] = [&rendered.before, &rendered.after].map(|state| applied_in(state, namespace));
    cost_model::bill(nodes, Some(&before), &after, prices)
}

/// What the edit of the target risks. The plan's lists are facts beside the two states, and so is what else is known.
#[must_use]
pub fn risk(rendered: &Rendered, plan: &PlanDocument, beside: Facts) -> RiskReport {
    risk_under(Profile::Changed, rendered, plan, beside)
}

/// The same, under a profile.
#[must_use]
pub fn risk_under(profile: Profile, rendered: &Rendered, plan: &PlanDocument, beside: Facts) -> RiskReport {
    let items = |items: &[PlanItem]| items.iter().map(fact).collect();
    let delivery = plan.delivery.clone();
    let plan = PlanFacts {
        carried: items(&plan.carried),
        kept: items(&plan.kept),
        pending: items(&plan.pending),
        blocked: items(&plan.blocked),
    };
    let facts = Facts { plan: Some(plan), delivery, ..beside };
    risk_rules::assess_under(profile, Some(&rendered.before), &rendered.after, &facts)
}

/// The report without what the policy waives on its day; a policy without a day waives nothing.
#[must_use]
pub fn waive(report: RiskReport, rendered: &Rendered, policy: &Policy) -> RiskReport {
    let Some(day) = policy.waivers_on else { return report };
    let objects = rendered.before.iter().chain(&rendered.after).map(|object| &object.key);
    risk_rules::waive(report, &Waiver::of_policy(policy), day, objects)
}

/// What the nodes of a bill say about a change: what finds no room on them, and which version of Kubernetes they run. The API
/// server is at least as new as they are (Kubernetes documentation, "Version Skew Policy").
#[must_use]
pub fn of_nodes(bill: Option<&Bill>) -> Facts {
    let version = bill.and_then(|bill| bill.kubelet);
    Facts {
        room: bill.map(room),
        cluster: version.map(|version| ClusterFacts { version }),
        ..Facts::default()
    }
}

fn room(bill: &Bill) -> RoomFacts {
    let pods = |Controller { kind, namespace, name }: &Controller| PodsOf {
        kind: kind.clone(),
        namespace: namespace.clone(),
        name: name.clone(),
    };
    let waiting = bill.pending.iter().map(|one| WaitingPods {
        pods: pods(&one.controller),
        before: one.before,
        after: one.after,
        wanted: one.wanted,
        text: one.text.clone(),
    });
    let stuck = bill.stuck.iter().map(|one| StuckRollout {
        pods: pods(&one.controller),
        surge: one.surge,
        text: one.text.clone(),
    });
    RoomFacts { waiting: waiting.collect(), stuck: stuck.collect() }
}

fn fact(item: &PlanItem) -> risk_rules::PlanItem {
    risk_rules::PlanItem {
        place: item.place.clone(),
        before: item.before.clone(),
        after: item.after.clone(),
        source_changed: item.source_changed,
        reason: item.reason.clone(),
    }
}

/// A promotion in words, and in the forms in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplanationDocument {
    /// The words.
    #[serde(flatten)]
    pub explanation: Explanation,
    /// As plain text.
    pub text: String,
    /// As Markdown, in which nothing of a manifest is markup.
    pub markdown: String,
}

/// The promotion in words. Every number, name and level in them is one of the documents'.
#[must_use]
pub fn explain(
    plan: &PlanDocument,
    changes: &Diff,
    (cost, bill): (&CostReport, Option<&Bill>),
    risk: &RiskReport,
) -> ExplanationDocument {
    ExplanationDocument::of(&fact_sheet(plan, changes, (cost, bill), risk))
}

impl ExplanationDocument {
    /// The facts in words.
    #[must_use]
    pub fn of(sheet: &FactSheet) -> Self {
        let explanation = explainer::explain(sheet);
        Self { text: explanation.to_text(), markdown: explanation.to_markdown(), explanation }
    }
}
