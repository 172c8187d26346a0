//! The state of a promotion.

use std::fmt;

use events::plan::{ApprovedPlan, PlanInputs};
use events::promotion::PreviewCompleted;
use ids::{EventId, PromotionId};
use serde::{Deserialize, Serialize};

use super::edge::Rank;

/// What has become of a promotion so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// The promotion.
    pub id: PromotionId,
    /// When it was asked for, among those over its edge.
    pub rank: Rank,
    /// Where it stands.
    pub status: Status,
    /// Who asked for it.
    pub requested_by: String,
    /// The trace in which it was asked for.
    #[serde(default)]
    pub trace: Option<String>,
    /// What the plan that counts is made from.
    pub inputs: PlanInputs,
    /// The event that asks for that plan.
    pub request: EventId,
    /// The preview, once it is complete.
    pub preview: Option<PreviewCompleted>,
    /// Who has approved it, in this order.
    pub approvers: Vec<String>,
    /// What is to be pushed, once enough people have approved.
    pub approved: Option<ApprovedPlan>,
    /// The plan that is being made again.
    pub replan: Option<Replan>,
    /// How often the plan was asked for again.
    pub replans: u32,
    /// The branch, once it is pushed.
    pub branch: Option<Branch>,
    /// Why it ended, if it did not end well.
    pub end: Option<End>,
}

/// A plan that is being made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replan {
    /// The event that asks for it.
    pub request: EventId,
    /// What it is made from.
    pub inputs: PlanInputs,
}

/// Where the change lies, for people to merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// The commit on it.
    pub commit: String,
    /// The pull request, once there is one.
    pub pull_request_url: Option<String>,
}

/// Why a promotion ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// The stable code, where it was an error.
    pub code: Option<String>,
    /// The reason.
    pub message: String,
}

/// Where a promotion stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The preview is being made.
    Requested,
    /// The preview is complete, and waits for approval.
    Preview,
    /// Enough people have approved; the branch is not pushed yet.
    Approved,
    /// The change lies on a branch, for people to merge.
    Open,
    /// The change is on the target branch.
    Merged,
    /// It could not go on.
    Failed,
    /// Somebody rejected it.
    Rejected,
    /// What it was made from has moved, and the plan came out different.
    Stale,
    /// A newer one over the same edge took its place.
    Superseded,
    /// Its branch went away without a merge.
    Closed,
}

impl Status {
    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Preview => "preview",
            Self::Approved => "approved",
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Stale => "stale",
            Self::Superseded => "superseded",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Promotion {
    /// Whether people may still approve or reject it.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        matches!(self.status, Status::Requested | Status::Preview)
    }

    /// Whether an answer of the engines is the one that it waits for.
    #[must_use]
    pub fn awaits(&self, request: EventId) -> bool {
        match &self.replan {
            Some(replan) => replan.request == request,
            None => self.status == Status::Requested && self.request == request,
        }
    }

    /// Whether it is this approved preview that Git is about, and nothing is being done about it yet.
    #[must_use]
    pub fn stands_by(&self, preview_hash: &str) -> bool {
        let approved = self.approved.as_ref().is_some_and(|plan| plan.preview_hash == preview_hash);
        approved && self.replan.is_none() && matches!(self.status, Status::Approved | Status::Open)
    }

    /// Whether a merge of it would be news: something of it may lie on a branch.
    #[must_use]
    pub fn may_be_merged(&self) -> bool {
        self.approved.is_some() && self.status != Status::Merged
    }
}
