//! What a promotion is told.

use access::Role;
use application::Date;
use events::gitops::{
    BranchDeleted, BranchPushed, ConflictDetected, MergeSeen, PullRequestOpened, PushDelayed, PushRefused,
};
use events::plan::PlanInputs;
use events::preview::PreviewFailed;
use events::promotion::PreviewCompleted;
use ids::{BlobHash, PromotionId};

/// Somebody who asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Their name in the organisation.
    pub user: String,
    /// What they may do.
    pub role: Role,
}

/// What stands of the waivers that a preview rests on, on the day of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The findings that the waivers were read from; none where there were none yet.
    pub risk: Option<BlobHash>,
    /// The day.
    pub today: Date,
    /// The waivers that waive a finding of them.
    pub used: Vec<UsedWaiver>,
}

/// A waiver that a preview rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedWaiver {
    /// What people call it: `image-unpinned at Deployment/web by ana`.
    pub name: String,
    /// Its last day; none for no end.
    pub until: Option<Date>,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// What a promotion is told: by people, by the engines, by Git. What a command means never changes once it is
/// in use; what means something else is a new variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Somebody asks for a preview.
    Request {
        /// The promotion that it makes.
        id: PromotionId,
        /// What its plan is made from.
        inputs: Box<PlanInputs>,
        /// Who asks.
        by: Actor,
    },
    /// Somebody approves.
    Approve {
        /// Who.
        by: Actor,
        /// Why.
        comment: Option<String>,
        /// The preview that they saw, if they say so.
        preview_hash: Option<String>,
        /// What stands of the waivers that the preview rests on.
        standing: Standing,
    },
    /// Somebody rejects.
    Reject {
        /// Who.
        by: Actor,
        /// Why.
        comment: Option<String>,
    },
    /// A newer promotion over the same edge was asked for.
    Supersede {
        /// The newer one.
        newer: PromotionId,
        /// Who asked for that.
        by: String,
    },
    /// The engines are done with the first plan.
    Complete(Box<PreviewCompleted>),
    /// The engines are done with a plan that was asked for again.
    CompleteAgain(Box<PreviewCompleted>, Again),
    /// An engine cannot do with the input.
    FailPreview(PreviewFailed),
    /// The branch is there.
    Open(BranchPushed),
    /// The pull request is there.
    ShowPullRequest(PullRequestOpened),
    /// Git cannot be reached now.
    DelayPush(PushDelayed),
    /// Git does not take the change.
    RefusePush(PushRefused),
    /// What the plan was made from has moved: what it would be made from now, or why nothing can be.
    Replan(ConflictDetected, Result<Box<PlanInputs>, String>),
    /// The change is on the target branch.
    Merge(MergeSeen),
    /// The branch is gone.
    Close(BranchDeleted),
}

/// How a plan that was made again compares with the one that was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// It does the same.
    Equal,
    /// It does not; the first difference.
    Different(String),
}
