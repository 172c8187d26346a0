//! Which status a promotion has after an event of its topic.

use events::EventBody as _;
use events::promotion as p;

/// The status after an event of this type; empty if the event changes none.
pub(crate) fn after(event_type: &str) -> &'static str {
    match event_type {
        p::PreviewRequested::TYPE => "requested",
        p::PreviewCompleted::TYPE => "preview",
        p::PromotionFailed::TYPE => "failed",
        p::PromotionApproved::TYPE | p::ApprovalCarried::TYPE => "approved",
        p::PromotionRejected::TYPE => "rejected",
        p::PromotionOpened::TYPE => "open",
        p::PromotionStale::TYPE => "stale",
        p::PromotionSuperseded::TYPE => "superseded",
        p::PromotionMerged::TYPE => "merged",
        p::PromotionClosed::TYPE => "closed",
        _ => "",
    }
}
