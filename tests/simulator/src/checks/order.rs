//! Events of an aggregate come in their order, each first in its place.

use std::collections::BTreeMap;

use event_log::Delivered;
use events::{Event, Message, Service};

use super::evidence::{Evidence, Seen};
use crate::report::Violation;

const ORDER: &str = "events of an aggregate come in order";
const SAME: &str = "what comes twice is the same";
const NAMES: &str = "an identifier is one event's";

pub(super) fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut places: BTreeMap<(Service, &str), BTreeMap<u64, &Seen>> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for seen in &evidence.records {
        let Seen { delivered, message } = seen;
        let envelope = &message.envelope;
        let place =
            (envelope.source, envelope.subject.as_str(), envelope.sequence, message.event.event_type());
        if *names.entry(envelope.id).or_insert(place) != place {
            found.push(Violation::new(NAMES, format!("{}: {}", delivered.position, envelope.id)));
        }
        let before = places.entry((envelope.source, &envelope.subject)).or_default();
        let last = before.last_key_value().map_or(0, |(last, _)| *last);
        match before.get(&envelope.sequence) {
            Some(first) if first.delivered.record == delivered.record => {}
            // An engine that could not do with an input at first may do with it when it is tried again.
            Some(first) if is_failure(first) || is_failure(seen) => {}
            Some(_) => found.push(Violation::new(SAME, shown(delivered, message))),
            None if follows(envelope.source, last, envelope.sequence) => {
                before.insert(envelope.sequence, seen);
            }
            None => {
                let found_after = format!("{} after {last}", shown(delivered, message));
                found.push(Violation::new(ORDER, found_after));
                before.insert(envelope.sequence, seen);
            }
        }
    }
    found
}

/// An engine's events carry the sequences of what they follow from, which not all have one.
fn follows(source: Service, last: u64, sequence: u64) -> bool {
    match source {
        Service::Diff | Service::Cost | Service::Risk | Service::Explain => sequence > last,
        _ => sequence == last + 1,
    }
}

fn is_failure(seen: &Seen) -> bool {
    matches!(seen.message.event, Event::PreviewFailed(_))
}

fn shown(delivered: &Delivered, message: &Message) -> String {
    let envelope = &message.envelope;
    let kind = message.event.event_type();
    format!("{}: {kind} {} of {}", delivered.position, envelope.sequence, envelope.subject)
}
