//! The plan as a document.

use application::Budget;
use promotion_plan::{FileEdit, PlanItem, Selection};
use risk_rules::DeliveryFacts;
use serde::{Deserialize, Serialize};

use crate::inputs::Inputs;
use crate::policies::PlanPolicies;
use crate::tree::Side;

/// A plan: what a promotion carries and what it leaves, and the edit that does it. It is complete (`gitops` makes the
/// edit from it and from the pinned files), and it shows no secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    /// The source.
    pub from: Side,
    /// The target.
    pub to: Side,
    /// The source as it stood at the last promotion; null if nobody knows.
    pub base: Option<Side>,
    /// What was read.
    pub inputs: Inputs,
    /// What a person decided about single places.
    pub selection: Selection,
    /// What the edit carries over. Every place in which source and target differ is in exactly one of the lists; each
    /// is sorted by kind, namespace, name, path.
    pub carried: Vec<PlanItem>,
    /// What stays as the target has it.
    pub kept: Vec<PlanItem>,
    /// What was declined or refused, and waits.
    pub pending: Vec<PlanItem>,
    /// What goes over if somebody takes it.
    pub candidates: Vec<PlanItem>,
    /// What has to be settled before the plan can be approved.
    pub blocked: Vec<PlanItem>,
    /// What becomes of the files, with paths as the repository has them.
    pub edits: Vec<FileEdit>,
    /// The budgets that the target's policy has on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<Budget>,
    /// How what is merged comes into the target's cluster; none where that is at once, and whole, as far as is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryFacts>,
    /// The policies that the target's `plimsoll.yaml` names.
    #[serde(default, skip_serializing_if = "PlanPolicies::is_empty")]
    pub policies: PlanPolicies,
    /// What a reader should know about the plan as a whole.
    pub notes: Vec<String>,
    /// The inputs that could not be read, each with where it is named. Where there is one, the plan is partial.
    pub partial: Vec<String>,
}

impl PlanDocument {
    /// Why nobody can approve the plan: `PLAN_PARTIAL`, `PLAN_BLOCKED`, `NOTHING_TO_PROMOTE`; none if somebody can.
    #[must_use]
    pub fn obstacle(&self) -> Option<&'static str> {
        match (self.partial.is_empty(), self.blocked.is_empty(), self.edits.is_empty()) {
            (false, _, _) => Some("PLAN_PARTIAL"),
            (true, false, _) => Some("PLAN_BLOCKED"),
            (true, true, true) => Some("NOTHING_TO_PROMOTE"),
            (true, true, false) => None,
        }
    }
}
