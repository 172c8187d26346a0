//! What an event of the promotion's topic changes of a promotion's row, whatever keeps the row.

use events::Event;
use events::promotion as p;
use ids::{EventId, PromotionId};
use serde_json::{Value, json};

/// The change of a promotion's row; what is none stays.
#[derive(Debug, Default)]
pub(super) struct Change<'a> {
    pub(super) request: Option<EventId>,
    pub(super) preview_hash: Option<&'a str>,
    pub(super) obstacle: Option<&'a str>,
    pub(super) approvals_needed: Option<u32>,
    pub(super) approved_by: Option<&'a str>,
    pub(super) branch: Option<&'a str>,
    pub(super) commit: Option<&'a str>,
    pub(super) pull_request_url: Option<&'a str>,
    pub(super) failure: Option<Value>,
    pub(super) documents: Option<Value>,
    pub(super) superseded_by: Option<PromotionId>,
}

/// What an event of the promotion's topic does to its row.
pub(super) fn change(event: &Event) -> Option<(PromotionId, Change<'_>)> {
    Some(match event {
        Event::PreviewCompleted(e) => (e.promotion_id, completed(e)),
        Event::PromotionFailed(e) => {
            let failure = json!({"stage": e.stage, "code": e.code, "message": e.message});
            (e.promotion_id, failed(failure))
        }
        Event::ApprovalGiven(e) => (e.promotion_id, Change { approved_by: Some(&e.by), ..Change::default() }),
        Event::PromotionApproved(e) => (e.promotion_id, Change::default()),
        Event::PromotionRejected(e) => {
            let why = e.comment.as_ref().map_or(String::new(), |comment| format!(": {comment}"));
            let message = format!("{} rejected it{why}", e.by);
            (e.promotion_id, failed(ended("PROMOTION_REJECTED", &message)))
        }
        Event::PromotionOpened(e) => {
            let change = Change {
                branch: Some(&e.branch),
                commit: Some(&e.commit),
                pull_request_url: e.pull_request_url.as_deref(),
                ..Change::default()
            };
            (e.promotion_id, change)
        }
        Event::ApprovalCarried(e) => {
            // The new preview was completed just before.
            (e.promotion_id, Change { preview_hash: Some(&e.approved.preview_hash), ..Change::default() })
        }
        Event::PromotionDelayed(e) => {
            let failure = json!({"stage": "gitops", "code": e.code, "message": e.message});
            (e.promotion_id, Change { failure: Some(failure), ..Change::default() })
        }
        Event::PromotionStale(e) => (e.promotion_id, failed(ended("PROMOTION_STALE", &e.reason))),
        Event::PromotionSuperseded(e) => {
            let message = format!("{} asked for {}, which took its place", e.by, e.superseded_by);
            let failure = Some(ended("PROMOTION_SUPERSEDED", &message));
            let superseded_by = Some(e.superseded_by);
            (e.promotion_id, Change { failure, superseded_by, ..Change::default() })
        }
        Event::PromotionMerged(e) => (e.promotion_id, Change::default()),
        Event::PromotionClosed(e) => (e.promotion_id, failed(ended("PROMOTION_CLOSED", &e.reason))),
        _ => return None,
    })
}

/// Why it ended, where no part of the system failed.
fn ended(code: &'static str, message: &str) -> Value {
    json!({"stage": null, "code": code, "message": message})
}

fn failed<'a>(failure: Value) -> Change<'a> {
    Change { failure: Some(failure), ..Change::default() }
}

fn completed(event: &p::PreviewCompleted) -> Change<'_> {
    let documents = json!({
        "plan": event.compared.plan,
        "before": event.compared.before,
        "after": event.compared.after,
        "changes": event.compared.changes,
        "cost": event.cost,
        "bill": event.bill,
        "risk": event.risk,
        "explanation": event.explanation,
    });
    Change {
        request: Some(event.request),
        preview_hash: Some(&event.preview_hash),
        obstacle: event.obstacle.as_deref(),
        approvals_needed: Some(event.approvals_needed),
        documents: Some(documents),
        ..Change::default()
    }
}
