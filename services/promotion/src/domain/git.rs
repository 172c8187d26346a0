//! What happens in Git.

use events::Event;
use events::gitops::{
    BranchDeleted, BranchPushed, ConflictDetected, MergeSeen, PullRequestOpened, PushDelayed, PushRefused,
};
use events::plan::PlanInputs;
use events::promotion::{
    PromotionClosed, PromotionDelayed, PromotionFailed, PromotionMerged, PromotionOpened, PromotionStale,
    ReplanRequested,
};

use super::promotion::{Promotion, Status};

/// How often a plan is made again for one promotion. A target that moves more often than that moves faster than
/// plans are made, and somebody should look.
const REPLANS: u32 = 8;

pub(super) fn open(promotion: &Promotion, pushed: BranchPushed) -> Vec<Event> {
    let known = promotion.branch.as_ref().filter(|branch| branch.commit == pushed.commit);
    if !promotion.stands_by(&pushed.preview_hash) || known.is_some() && promotion.status == Status::Open {
        return Vec::new();
    }
    let pull_request_url = promotion.branch.as_ref().and_then(|branch| branch.pull_request_url.clone());
    let BranchPushed { promotion_id, branch, commit, .. } = pushed;
    vec![PromotionOpened { promotion_id, branch, commit, pull_request_url }.into()]
}

pub(super) fn show_pull_request(promotion: &Promotion, opened: PullRequestOpened) -> Vec<Event> {
    let Some(branch) = promotion.branch.as_ref().filter(|_| promotion.status == Status::Open) else {
        return Vec::new();
    };
    if branch.pull_request_url.as_ref() == Some(&opened.url) {
        return Vec::new();
    }
    let (branch, commit) = (branch.name.clone(), branch.commit.clone());
    let (promotion_id, pull_request_url) = (promotion.id, Some(opened.url));
    vec![PromotionOpened { promotion_id, branch, commit, pull_request_url }.into()]
}

pub(super) fn refuse(promotion: &Promotion, refused: PushRefused) -> Vec<Event> {
    if !matches!(promotion.status, Status::Approved | Status::Open) {
        return Vec::new();
    }
    let PushRefused { promotion_id, code, message } = refused;
    vec![PromotionFailed { promotion_id, stage: "gitops".to_owned(), code, message }.into()]
}

/// People see what their promotion waits for.
pub(super) fn delay(promotion: &Promotion, delayed: PushDelayed) -> Vec<Event> {
    let PushDelayed { promotion_id, preview_hash, code, message } = delayed;
    match promotion.stands_by(&preview_hash) && promotion.status == Status::Approved {
        true => vec![PromotionDelayed { promotion_id, code, message }.into()],
        false => Vec::new(),
    }
}

/// Asks for the plan again, unless it cannot be asked for or was asked for too often.
pub(super) fn replan(
    promotion: &Promotion,
    conflict: ConflictDetected,
    inputs: Result<Box<PlanInputs>, String>,
) -> Vec<Event> {
    if !promotion.stands_by(&conflict.preview_hash) {
        return Vec::new();
    }
    let ConflictDetected { promotion_id, moved, .. } = conflict;
    let reason = match inputs {
        Ok(inputs) if promotion.replans < REPLANS => {
            let attempt = promotion.replans + 1;
            return vec![ReplanRequested { promotion_id, inputs: *inputs, attempt, moved }.into()];
        }
        Ok(_) => format!("the target moved again after its plan had been made again {REPLANS} times"),
        Err(reason) => reason,
    };
    vec![PromotionStale { promotion_id, reason }.into()]
}

/// A merge is a fact whatever was thought of the promotion before: its branch may have been merged after it had become
/// stale or been closed.
pub(super) fn merge(promotion: &Promotion, seen: MergeSeen) -> Vec<Event> {
    let MergeSeen { promotion_id, commit, how, incomplete } = seen;
    match promotion.may_be_merged() {
        true => vec![PromotionMerged { promotion_id, commit, how, incomplete }.into()],
        false => Vec::new(),
    }
}

pub(super) fn close(promotion: &Promotion, deleted: &BranchDeleted) -> Vec<Event> {
    if promotion.status != Status::Open {
        return Vec::new();
    }
    let reason = format!("the branch {} was deleted without a merge", deleted.branch);
    vec![PromotionClosed { promotion_id: promotion.id, reason }.into()]
}
