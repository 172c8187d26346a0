//! What a policy says about a request.

use kube_model::{ObjectRef, Path};
use serde::{Deserialize, Serialize};

/// A file of policies: objects in YAML, Rego, or data that Rego sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// Its path, as people know it.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// Who would evaluate a policy for real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// The API server: a ValidatingAdmissionPolicy.
    AdmissionPolicy,
    /// Gatekeeper, a webhook.
    Gatekeeper,
    /// conftest, over files.
    Conftest,
    /// Kyverno, a webhook, which is not evaluated here.
    Kyverno,
}

/// A policy, as people find it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Who would evaluate it.
    pub engine: Engine,
    /// `ValidatingAdmissionPolicy/replicas (binding all)`, `K8sRequiredLabels/owner`, `deny in policy/labels.rego`.
    pub name: String,
}

/// What a policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome", content = "text")]
pub enum Outcome {
    /// The request is refused, with this message.
    Refuses(String),
    /// It goes through, and this is said or recorded.
    Warns(String),
    /// The policy itself fails on the request, with this error, and the request is refused for that.
    Fails(String),
    /// What it would say depends on this, which no file says, or on something that is not supported.
    NotEvaluated(String),
    /// It was ended before it said anything, for what it takes, and might have refused the request.
    RanOut(String),
}

/// What a policy says about one request. Where it has nothing against it there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The policy.
    pub policy: Policy,
    /// The object that is written; of a pod that a controller makes, the workload. None where it is about the policy itself.
    pub object: Option<ObjectRef>,
    /// The place in the object, as far as it is known.
    pub path: Path,
    /// What it says.
    pub outcome: Outcome,
    /// Whether it says the same of the object before the change.
    pub was_so_before: bool,
}
