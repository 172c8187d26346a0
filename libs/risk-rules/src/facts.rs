//! What is known from outside the two states. Each fact may be absent.

use kube_model::Place;
use serde_json::Value;

/// The facts beside the two states.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The plan of the promotion, if the change is one.
    pub plan: Option<PlanFacts>,
}

/// What a promotion does with each difference between its source and its target.
#[derive(Debug, Clone, Default)]
pub struct PlanFacts {
    /// What is carried over.
    pub carried: Vec<PlanItem>,
    /// What stays as the target has it.
    pub kept: Vec<PlanItem>,
    /// What was declined or refused.
    pub pending: Vec<PlanItem>,
    /// What waits for something.
    pub blocked: Vec<PlanItem>,
    /// What the edit writes and live has otherwise than the target's files; none where nobody knows what is live.
    pub drifted: Vec<Drifted>,
}

/// A place that live has otherwise than the target's files, and that the promotion writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Drifted {
    /// Where, as the target names it.
    pub place: Place,
    /// What is live.
    pub live: Option<Value>,
    /// What the target's files say.
    pub target: Option<Value>,
    /// What the promotion writes.
    pub planned: Option<Value>,
}

/// One difference between source and target.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanItem {
    /// Where, as the target names it.
    pub place: Place,
    /// The target's value.
    pub before: Option<Value>,
    /// The source's value.
    pub after: Option<Value>,
    /// Whether the source's value differs from the base's; none where no base is known.
    pub source_changed: Option<bool>,
    /// Why the plan does with it what it does.
    pub reason: String,
}
