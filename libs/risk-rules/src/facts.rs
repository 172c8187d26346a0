//! What is known from outside the two states. Each fact may be absent.

use kube_model::{Object, ObjectKey, Place, Quantity};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::PolicyVerdict;

/// The facts beside the two states.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The plan of the promotion, if the change is one.
    pub plan: Option<PlanFacts>,
    /// What containers used lately, measured in the target's cluster.
    pub usage: Option<Vec<ContainerUse>>,
    /// What is known of the target's cluster.
    pub cluster: Option<ClusterFacts>,
    /// The earlier promotions to the target, the newest first.
    pub history: Option<Vec<PastPromotion>>,
    /// What finds no room on the target's nodes, where those are known.
    pub room: Option<RoomFacts>,
    /// What users' policies say of the change; none where nobody has held them against it.
    pub policies: Option<Vec<PolicyVerdict>>,
    /// What the change writes and live has otherwise than the target's files; none where nobody knows what is live.
    pub drifted: Vec<Drifted>,
    /// How what is merged comes into the target's cluster.
    pub delivery: Option<DeliveryFacts>,
    /// What runs in the source's cluster, masked.
    pub source_live: Option<Vec<Object>>,
}

/// How what is merged comes into the target's cluster, where that is known. Texts are parts of sentences, escaped.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeliveryFacts {
    /// Who brings it: `Argo CD Application argocd/shop`.
    pub by: String,
    /// What of the change is no reason for it to bring anything.
    pub ignored: Vec<IgnoredChange>,
    /// Whether that is all of the change.
    pub is_all_ignored: bool,
    /// Whether that stays as it is live, whatever the files say.
    pub leaves_ignored_alone: bool,
    /// When nothing is brought, or nothing else than then, each as a sentence.
    pub windows: Vec<String>,
    /// Why nothing is brought until somebody acts, as a sentence; none where it comes by itself.
    pub waits: Option<String>,
}

/// A change that a deployer ignores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IgnoredChange {
    /// Where, as the target names it.
    pub place: Place,
    /// The value before.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
}

/// What finds no room on the target's nodes, once autoscalers have added all they may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomFacts {
    /// Pods that wait after the change.
    pub waiting: Vec<WaitingPods>,
    /// Rollouts whose new pods find no place beside the old ones, of which none may go first.
    pub stuck: Vec<StuckRollout>,
}

/// Whose pods they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodsOf {
    /// The kind of what makes them.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Pods that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingPods {
    /// Whose they are.
    pub pods: PodsOf,
    /// How many wait before the change.
    pub before: u32,
    /// How many wait after it.
    pub after: u32,
    /// How many there are to be after it.
    pub wanted: u32,
    /// A sentence with the reason: `9 pods stay Pending: no node has 24 GiB of memory free`.
    pub text: String,
}

/// A rollout that does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StuckRollout {
    /// Whose pods they are.
    pub pods: PodsOf,
    /// How many new pods it makes beside the old ones.
    pub surge: u32,
    /// The reason, as a sentence.
    pub text: String,
}

/// What a container used at the most over some time.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerUse {
    /// The workload, as the target names it.
    pub workload: ObjectKey,
    /// The name of the container.
    pub container: String,
    /// The highest working set of one of its pods, in bytes.
    pub memory: Option<Quantity>,
    /// The highest use of CPU of one of its pods, in cores, as an average over a minute or so.
    pub cpu: Option<Quantity>,
    /// Over how many days, where that is known.
    pub days: Option<u32>,
}

/// What is known of the target's cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterFacts {
    /// Major and minor version of its API server: `(1, 33)`.
    pub version: (u32, u32),
}

/// How a promotion went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was merged and ran.
    Live,
    /// It was merged and its workloads did not come up.
    Failed,
    /// It was merged and taken back.
    RolledBack,
}

/// An earlier promotion to the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastPromotion {
    /// The workloads that it changed.
    pub workloads: Vec<ObjectKey>,
    /// How it went.
    pub outcome: Outcome,
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
    /// The field manager that has set what is live, where that is known.
    pub written_by: Option<String>,
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
