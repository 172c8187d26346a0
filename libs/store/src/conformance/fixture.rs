//! What the cases are made of.

use event_log::{PartitionId, Position};
use events::{Record, Topic};
use ids::OrgId;
use serde_json::json;
use uuid::Uuid;

use crate::commit::{Commit, Handled, Outgoing};
use crate::dead_letter::NewDeadLetter;

pub(super) const ORG: OrgId = OrgId::new(Uuid::from_u128(0xa));
pub(super) const OTHER: OrgId = OrgId::new(Uuid::from_u128(0xb));

pub(super) fn topic() -> Topic {
    Topic::new("plimsoll.test.v1")
}

/// A commit of this version that carries nothing but a state.
pub(super) fn commit(aggregate: &str, expected_version: u64) -> Commit {
    Commit {
        org: ORG,
        aggregate: aggregate.to_owned(),
        expected_version,
        sequence: expected_version + 1,
        state: json!({ "aggregate": aggregate, "after": expected_version }),
        handled: None,
        command: None,
        outbox: Vec::new(),
    }
}

pub(super) fn handled(aggregate: &str, sequence: u64) -> Option<Handled> {
    let (consumer, aggregate) = ("reader".to_owned(), aggregate.to_owned());
    Some(Handled { consumer, topic: topic(), aggregate, sequence })
}

pub(super) fn outgoing(key: &str, sequence: u64) -> Outgoing {
    let headers = [("ce_sequence", sequence.to_string())].into_iter().collect();
    let record = Record { key: key.to_owned(), headers, value: b"event".to_vec() };
    Outgoing { topic: topic(), record }
}

/// The keys and sequences of rows made by [`outgoing`].
pub(super) fn places(rows: &[(i64, Outgoing)]) -> Vec<(String, u64)> {
    let place =
        |record: &Record| (record.key.clone(), record.header("ce_sequence").unwrap().parse().unwrap());
    rows.iter().map(|(_, row)| place(&row.record)).collect()
}

pub(super) fn letter(key: &str, offset: u64) -> NewDeadLetter {
    NewDeadLetter {
        consumer: "reader".to_owned(),
        position: Position { partition: PartitionId { topic: topic(), partition: 3 }, offset },
        record: Record { key: key.to_owned(), ..Record::default() },
        attempts: 5,
        code: "EVENT_INVALID".to_owned(),
        message: "no such field".to_owned(),
    }
}
