//! What a promotion does with each difference, and what is otherwise in the cluster.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the plan of a promotion does with each difference between source and target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFacts {
    /// Carried over.
    pub carried: Vec<PlanItem>,
    /// Left as the target has it.
    pub kept: Vec<PlanItem>,
    /// Declined or refused.
    pub pending: Vec<PlanItem>,
    /// Carried if somebody takes it.
    pub candidates: Vec<PlanItem>,
    /// To be settled before anybody can approve.
    pub blocked: Vec<PlanItem>,
    /// The files that the edit touches.
    pub edits: Vec<String>,
    /// The inputs that could not be read, each with where it is named: the plan lacks what they say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partial: Vec<String>,
    /// What is to be known of the plan as a whole, as sentences without a full stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One difference between source and target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanItem {
    /// Where: `Deployment/web:spec.replicas`.
    pub place: String,
    /// Why, as part of a sentence.
    pub reason: String,
    /// Whether somebody declined it for this promotion, so that there is nothing left to decide.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declined: bool,
    /// Whether an earlier promotion left it behind already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waited: bool,
}

/// What the target's cluster has otherwise than its files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DriftFacts {
    /// How many places differ.
    pub places: usize,
    /// Those of them that the promotion writes over.
    pub written_over: Vec<DriftItem>,
}

/// A place that live has otherwise than the target's files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftItem {
    /// Where: `Deployment/web:spec.replicas`.
    pub place: String,
    /// What is live.
    pub live: Option<Value>,
    /// What the target's files say.
    pub target: Option<Value>,
    /// What the promotion writes.
    pub planned: Option<Value>,
}
