//! What happened in Git (`plimsoll.gitops.v1`).

use ids::PromotionId;
use serde::{Deserialize, Serialize};

/// The approved change lies on a branch of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchPushed {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The preview that was approved.
    pub preview_hash: String,
    /// The URL of the repository, without credentials.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// The commit on it.
    pub commit: String,
    /// The commit that it is built on.
    pub target_commit: String,
}

/// A pull request asks for the merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequestOpened {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// Where people find it.
    pub url: String,
}

/// The repository does not take the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushRefused {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The stable code of the error.
    pub code: String,
    /// The error.
    pub message: String,
}

/// The repository cannot be reached now; the change is pushed once it can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushDelayed {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The preview that was approved.
    pub preview_hash: String,
    /// The stable code of the error.
    pub code: String,
    /// The error.
    pub message: String,
}

/// The change is on the target branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeSeen {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The commit with which it came there.
    pub commit: String,
    /// How it was recognised: `trailer`, `ancestor`, `content`.
    pub how: String,
    /// Planned files in which that commit does not hold the edit in full, sorted; none if the whole change is there.
    pub incomplete: Vec<String>,
}

/// What the plan was made from has moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictDetected {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The preview that was approved.
    pub preview_hash: String,
    /// The head of the target branch now.
    pub head: String,
    /// What moved: paths, `policy`.
    pub moved: Vec<String>,
}

/// The branch went away without a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchDeleted {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The branch.
    pub branch: String,
}
