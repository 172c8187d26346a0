//! A promotion is what its events make it, and comes to an end that something explains.

use std::collections::BTreeSet;

use events::{Event, Message};
use promotion::domain::{Promotion, Status};

use super::evidence::Evidence;
use crate::journal::Done;
use crate::report::Violation;

const FOLD: &str = "a promotion is what its events make it";
const END: &str = "no promotion waits for what nobody does";
const WHY: &str = "a promotion fails for what has failed";
const DONE: &str = "what people did with a branch is known";
const ONCE: &str = "a merge and a push are told once";

/// What hosts that are away, or refuse, explain.
const EXPLAINED: [&str; 3] = ["GIT_UNREACHABLE", "GIT_TIMEOUT", "PUSH_REFUSED"];

pub(super) fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    for (id, messages) in &evidence.promotions {
        let Some(promotion) = Evidence::folded(messages) else { continue };
        let folded = serde_json::to_value(&promotion).ok();
        if folded.as_ref() != evidence.stored.get(id) {
            let stored = evidence.stored.get(id).and_then(|state| state.get("status").cloned());
            found.push(Violation::new(FOLD, format!("{id}: {} and {stored:?}", promotion.status)));
        }
        found.extend(ended(&promotion));
        let (name, status) = (id.to_string(), promotion.status.to_string());
        let all = &evidence.acknowledged.done;
        let unknown = |done: &&Done| done.promotion == name && !done.explains(&status, all);
        let unknown = all.iter().find(unknown);
        found.extend(
            unknown.map(|done| {
                Violation::new(DONE, format!("{id} is {}, and {status} to its owner", done.with))
            }),
        );
    }
    found.extend(told_twice(evidence));
    found
}

/// The same event twice is a producer that tried again; two events of the same thing are not.
fn told_twice(evidence: &Evidence) -> Vec<Violation> {
    let (mut found, mut events, mut told) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for Message { envelope, event } in evidence.records.iter().map(|seen| &seen.message) {
        let what = match event {
            Event::BranchPushed(event) => format!("pushed: {} {}", event.promotion_id, event.preview_hash),
            Event::MergeSeen(event) => format!("merged: {}", event.promotion_id),
            _ => continue,
        };
        if events.insert((&envelope.subject, envelope.id)) && !told.insert(what.clone()) {
            found.push(Violation::new(ONCE, what));
        }
    }
    found
}

fn ended(promotion: &Promotion) -> Option<Violation> {
    let id = promotion.id;
    match promotion.status {
        Status::Requested | Status::Approved => {
            Some(Violation::new(END, format!("{id} is {}", promotion.status)))
        }
        _ if promotion.replan.is_some() => Some(Violation::new(END, format!("{id} waits for its plan"))),
        Status::Failed => {
            let end = promotion.end.as_ref();
            let code = end.and_then(|end| end.code.as_deref()).unwrap_or_default();
            let message = end.map(|end| end.message.as_str()).unwrap_or_default();
            let known = EXPLAINED.contains(&code);
            (!known).then(|| Violation::new(WHY, format!("{id}: {code}: {message}")))
        }
        _ => None,
    }
}
