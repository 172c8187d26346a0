//! What the engines say.

use events::Event;
use events::preview::PreviewFailed;
use events::promotion::{ApprovalCarried, PreviewCompleted, PromotionFailed, PromotionStale};

use super::approval::approved_plan;
use super::command::Again;
use super::promotion::Promotion;

pub(super) fn complete(promotion: &Promotion, completed: PreviewCompleted) -> Vec<Event> {
    match promotion.awaits(completed.request) && promotion.replan.is_none() {
        true => vec![completed.into()],
        false => Vec::new(),
    }
}

/// The approval stands for a plan that does the same, as long as what the application asks of its approvers holds too.
pub(super) fn complete_again(promotion: &Promotion, completed: PreviewCompleted, again: Again) -> Vec<Event> {
    let Some(replan) = promotion.replan.as_ref().filter(|replan| replan.request == completed.request) else {
        return Vec::new();
    };
    let old = promotion.approved.as_ref().map(|plan| plan.preview_hash.clone()).unwrap_or_default();
    let difference = match again {
        Again::Different(reason) => Some(reason),
        Again::Equal => unfit(promotion, &completed),
    };
    if let Some(reason) = difference {
        return vec![PromotionStale { promotion_id: promotion.id, reason }.into()];
    }
    let approved = approved_plan(promotion, &completed, &replan.inputs, promotion.approvers.clone());
    let carried = ApprovalCarried { promotion_id: promotion.id, old_preview_hash: old, approved };
    vec![completed.into(), carried.into()]
}

/// Why the approvals that were given do not do for this preview.
fn unfit(promotion: &Promotion, preview: &PreviewCompleted) -> Option<String> {
    let given = promotion.approvers.len();
    if let Some(obstacle) = &preview.obstacle {
        return Some(format!("nobody can approve the plan as it is now: {obstacle}"));
    }
    if (preview.approvals_needed as usize) > given {
        let needed = preview.approvals_needed;
        return Some(format!("the application asks for {needed} approvals now, and there are {given}"));
    }
    let own = promotion.approvers.contains(&promotion.requested_by);
    (own && !preview.self_approval)
        .then(|| "the application does not let people approve their own requests any more".to_owned())
}

pub(super) fn fail(promotion: &Promotion, failed: PreviewFailed) -> Vec<Event> {
    let PreviewFailed { promotion_id, request, stage, code, message } = failed;
    match promotion.awaits(request) {
        true => vec![PromotionFailed { promotion_id, stage, code, message }.into()],
        false => Vec::new(),
    }
}
