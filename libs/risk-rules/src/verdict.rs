//! What users' policies say of a change.

use kube_model::{ObjectRef, Path};

/// What a policy has against a change, or what it cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVerdict {
    /// Its name: `ValidatingAdmissionPolicy/replicas (binding all)`, `K8sRequiredLabels/owner`, `deny in policy/labels.rego`.
    pub policy: String,
    /// Where it is enforced.
    pub enforced: Enforced,
    /// The object as people wrote it; none where it is about the policy itself.
    pub object: Option<ObjectRef>,
    /// The place in the object; the root where no better one is known. Of a pod that a controller makes, its template.
    pub path: Path,
    /// What it says.
    pub outcome: PolicyOutcome,
    /// Whether it says the same of the object before the change.
    pub was_so_before: bool,
}

/// Where a policy is enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enforced {
    /// By the API server or a webhook, when the change is applied.
    AtApply,
    /// By whoever checks the files, before anything is applied.
    InFiles,
}

/// What a policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyOutcome {
    /// It refuses, with this message.
    Refuses(String),
    /// It lets it through, with this message.
    Warns(String),
    /// It fails, with this error, and refuses for that.
    Fails(String),
    /// It cannot be evaluated: this is missing.
    NotEvaluated(String),
    /// It was ended before it said anything, for what it takes, and might have refused.
    RanOut(String),
    /// No policy could be evaluated: whoever evaluates them stopped, and this is why.
    Stopped(String),
}
