//! What an event of a promotion says, in one line: who, why, and what came of it.

use api::promotion::PromotionEvent;
use serde_json::Value;

use crate::remote::show::moment;

/// The event as `plimsoll promotion watch` prints it.
pub(super) fn line(event: &PromotionEvent) -> String {
    let name = event.event_type.rsplit('.').next().unwrap_or_default();
    let said = said(&event.data);
    let line = format!("{}  {:<11}  {name}  {said}", moment(event.time), event.status);
    line.trim_end().to_owned()
}

/// Why a promotion ended, or waits: what its last event says of that.
pub(super) fn reason(data: &Value) -> String {
    let code = text(data, "code");
    let reason = [text(data, "message"), text(data, "reason"), text(data, "comment")].into_iter().flatten();
    code.into_iter().chain(reason).collect::<Vec<_>>().join(": ")
}

fn said(data: &Value) -> String {
    let who = text(data, "by").or_else(|| text(data, "requested_by")).map(|who| format!("by {who}"));
    let count = |name: &str| data.get(name).and_then(Value::as_u64);
    let approvals =
        count("given").zip(count("needed")).map(|(given, needed)| format!("({given} of {needed})"));
    let newer = text(data, "superseded_by").map(|newer| format!("for {newer}"));
    let obstacle = text(data, "obstacle").map(|code| format!("nobody can approve it: {code}"));
    let place = text(data, "branch").or_else(|| text(data, "commit")).map(str::to_owned);
    let url = text(data, "pull_request_url").map(str::to_owned);
    let reason = Some(reason(data)).filter(|reason| !reason.is_empty());
    let parts = [who, approvals, newer, place, url, obstacle, reason];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

fn text<'a>(data: &'a Value, name: &str) -> Option<&'a str> {
    data.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    fn shown(name: &str, status: &str, data: Value) -> String {
        line(&PromotionEvent {
            event_type: format!("plimsoll.promotion.v1.{name}"),
            time: datetime!(2026-11-21 17:30:00 UTC),
            status: status.to_owned(),
            data,
        })
    }

    #[test]
    fn an_event_says_who_and_why() {
        for (name, status, data, expected) in [
            (
                "ApprovalGiven",
                "",
                json!({"by": "bob", "given": 1, "needed": 2, "comment": "seen"}),
                "2026-11-21 17:30:00Z               ApprovalGiven  by bob  (1 of 2)  seen",
            ),
            (
                "PromotionFailed",
                "failed",
                json!({"stage": "gitops", "code": "PUSH_REFUSED", "message": "protected"}),
                "2026-11-21 17:30:00Z  failed       PromotionFailed  PUSH_REFUSED: protected",
            ),
            (
                "PromotionSuperseded",
                "superseded",
                json!({"superseded_by": "0199", "by": "alice"}),
                "2026-11-21 17:30:00Z  superseded   PromotionSuperseded  by alice  for 0199",
            ),
            (
                "PromotionStale",
                "stale",
                json!({"reason": "it moved"}),
                "2026-11-21 17:30:00Z  stale        PromotionStale  it moved",
            ),
            (
                "PreviewCompleted",
                "preview",
                json!({"obstacle": null}),
                "2026-11-21 17:30:00Z  preview      PreviewCompleted",
            ),
        ] {
            assert_eq!(shown(name, status, data), expected);
        }
    }
}
