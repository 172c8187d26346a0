//! What happens to a promotion (`plimsoll.promotion.v1`).

use ids::{ApplicationId, BlobHash, EdgeId, EventId, PromotionId};
use serde::{Deserialize, Serialize};

use crate::plan::{ApprovedPlan, Base, Compared, PlanInputs};

/// A preview was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewRequested {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// What the plan is made from.
    pub inputs: PlanInputs,
    /// Who asked.
    pub requested_by: String,
}

/// What the plan was made from has moved, so it is asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplanRequested {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// What the plan is made from now.
    pub inputs: PlanInputs,
    /// How often the plan has been asked for again, from 1.
    pub attempt: u32,
    /// What moved: paths, `policy`.
    pub moved: Vec<String>,
}

/// The preview is whole; it does not change any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewCompleted {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The `PreviewRequested` or `ReplanRequested` that this answers.
    pub request: EventId,
    /// The hash that an approval is bound to, in hexadecimal digits.
    pub preview_hash: String,
    /// The blobs that the diff made.
    pub compared: Compared,
    /// The cost document.
    pub cost: BlobHash,
    /// The document of the bill for nodes, or why there is none.
    pub bill: BlobHash,
    /// The risk document.
    pub risk: BlobHash,
    /// The explanation document.
    pub explanation: BlobHash,
    /// Why nobody can approve it: `PLAN_PARTIAL`, `PLAN_BLOCKED`, `NOTHING_TO_PROMOTE`; none if they can.
    pub obstacle: Option<String>,
    /// How many people have to approve.
    pub approvals_needed: u32,
    /// Whether the one who asked may approve.
    pub self_approval: bool,
}

/// The promotion cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionFailed {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// Where it failed: `diff`, `cost`, `risk`, `explain`, `gitops`.
    pub stage: String,
    /// The stable code of the error.
    pub code: String,
    /// The error.
    pub message: String,
}

/// Somebody approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalGiven {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// Who.
    pub by: String,
    /// Why.
    pub comment: Option<String>,
    /// The preview that was approved.
    pub preview_hash: String,
    /// Approvals so far, this one too.
    pub given: u32,
    /// Approvals needed.
    pub needed: u32,
}

/// Enough people have approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionApproved {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// What is to be pushed.
    pub approved: ApprovedPlan,
}

/// The promotion waits for its repository, and goes on once it can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionDelayed {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The stable code of the error.
    pub code: String,
    /// The error.
    pub message: String,
}

/// Somebody rejected the promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionRejected {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// Who.
    pub by: String,
    /// Why.
    pub comment: Option<String>,
}

/// The change lies on a branch, for people to merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionOpened {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The branch.
    pub branch: String,
    /// The commit on it.
    pub commit: String,
    /// The pull request, once there is one.
    pub pull_request_url: Option<String>,
}

/// The plan was made again and came out equal, so its approval stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalCarried {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The preview that was approved.
    pub old_preview_hash: String,
    /// What is to be pushed now.
    pub approved: ApprovedPlan,
}

/// The plan was made again and came out different, so nobody has approved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionStale {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The first difference.
    pub reason: String,
}

/// A newer promotion over the same edge takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionSuperseded {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The newer one.
    pub superseded_by: PromotionId,
    /// Who asked for the newer one.
    pub by: String,
}

/// The change is on the target branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionMerged {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The commit with which it came there.
    pub commit: String,
    /// How it was recognised: `trailer`, `ancestor`, `content`.
    pub how: String,
    /// Planned files in which that commit does not hold the edit in full, sorted; none if the whole change is there.
    pub incomplete: Vec<String>,
}

/// The change will not be merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionClosed {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// Why.
    pub reason: String,
}

/// The next plan over this edge compares with what was promoted now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseAdvanced {
    /// The edge.
    pub edge_id: EdgeId,
    /// The application.
    pub application_id: ApplicationId,
    /// The environment whose changes are carried.
    pub from: String,
    /// The environment that they are carried to.
    pub to: String,
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The base from now on.
    pub base: Base,
}

/// A known caller asked for what cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRefused {
    /// The promotion, if it was about one.
    pub promotion_id: Option<PromotionId>,
    /// Who asked.
    pub by: String,
    /// What was asked for.
    pub command: String,
    /// The stable code of the refusal.
    pub code: String,
    /// Why.
    pub message: String,
}
