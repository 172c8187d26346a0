//! Parts that several events are made of.

use ids::{ApplicationId, BlobHash};
use serde::{Deserialize, Serialize};

/// One environment of the application, as the promotion sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Its name.
    pub environment: String,
    /// Where its manifests lie in the repository, with `/`.
    pub path: String,
    /// The namespace that it runs in, where the application says it.
    pub namespace: Option<String>,
    /// The cluster that it runs on, where the application says it.
    pub cluster: Option<String>,
}

/// A place that was declined, and so compares with an older base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The place, in the one grammar.
    pub place: String,
    /// The commit of the source at which its base stands; none where no promotion on record says it.
    pub commit: Option<String>,
}

/// The source as it stood at the last promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The commit of the source.
    pub commit: String,
    /// Places whose base is older, since they were declined.
    pub held: Vec<Held>,
}

/// What a plan is made from. It names immutable things only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanInputs {
    /// The application.
    pub application_id: ApplicationId,
    /// Its name.
    pub application: String,
    /// The environment whose changes are carried.
    pub from: Side,
    /// The environment that they are carried to.
    pub to: Side,
    /// The URL of the repository, without credentials.
    pub repository: String,
    /// The commit at which the source is read.
    pub source_commit: String,
    /// The commit at which the target is read.
    pub target_commit: String,
    /// The branch that the change is for.
    pub target_branch: String,
    /// The base of the three-way merge; none where nothing was promoted before.
    pub base: Option<Base>,
    /// What the application says of this promotion, as a blob of canonical JSON.
    pub policy: BlobHash,
    /// The application's document as the target's branch has it, as a blob of canonical JSON: how its environments are
    /// rendered.
    pub document: BlobHash,
    /// The price book, as a blob.
    pub price_book: BlobHash,
    /// Places that a person takes although the default leaves them.
    pub take: Vec<String>,
    /// If any: the only places that are carried.
    pub only: Vec<String>,
    /// Places that a person declines.
    pub skip: Vec<String>,
    /// The file of the target's repository that the policy was read from; none if the application's document lies with
    /// the server.
    pub policy_path: Option<String>,
}

/// The blobs that the diff made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The plan document.
    pub plan: BlobHash,
    /// The target as it is rendered, secrets masked.
    pub before: BlobHash,
    /// The target as it is rendered after the edit, secrets masked.
    pub after: BlobHash,
    /// What differs between the two.
    pub changes: BlobHash,
    /// What is known of the target's nodes, or why nothing is.
    pub nodes: BlobHash,
}

/// What is pushed: a plan, and who stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedPlan {
    /// The name of the application.
    pub application: String,
    /// The environment whose changes are carried.
    pub from: String,
    /// The environment that they are carried to.
    pub to: String,
    /// The URL of the repository, without credentials.
    pub repository: String,
    /// The branch that the change is for.
    pub target_branch: String,
    /// The commit that the edits apply to.
    pub target_commit: String,
    /// The branch to push, derived from the promotion.
    pub branch: String,
    /// The plan document, which holds the edits.
    pub plan: BlobHash,
    /// The hash of the preview that was approved, in hexadecimal digits.
    pub preview_hash: String,
    /// Who asked for the promotion.
    pub requested_by: String,
    /// Who approved it, in the order of their approvals.
    pub approvers: Vec<String>,
    /// The file of the target's repository that the policy was read from; none if the application's document lies with
    /// the server.
    pub policy_path: Option<String>,
}
