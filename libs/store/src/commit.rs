//! What a decider commits at once.

use std::time::Duration;

use events::{Record, Topic};
use ids::OrgId;

/// An aggregate's state as it was last committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// How often it has been committed, from 1.
    pub version: u64,
    /// The sequence of the last event that the decider wrote about it; the next one has one more.
    pub sequence: u64,
    /// The state, as JSON.
    pub state: serde_json::Value,
}

/// The event that a commit handles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// The consumer.
    pub consumer: String,
    /// The topic that the event came from.
    pub topic: Topic,
    /// Its aggregate.
    pub aggregate: String,
    /// Its sequence. Another commit with the same or an earlier one is refused ([`crate::StoreError::Duplicate`]).
    pub sequence: u64,
}

/// An event to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub topic: Topic,
    /// The event.
    pub record: Record,
}

/// What waits in an outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// How many rows.
    pub rows: u64,
    /// For how long the oldest has waited; none if none waits.
    pub oldest: Option<Duration>,
}

/// What a decider commits at once: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The organisation.
    pub org: OrgId,
    /// The aggregate, such as a promotion's identifier.
    pub aggregate: String,
    /// The version that the decision rests on; 0 if there was no state.
    pub expected_version: u64,
    /// The sequence of the last event in the outbox rows (or the one before, if there are none).
    pub sequence: u64,
    /// The new state, as JSON.
    pub state: serde_json::Value,
    /// The event that was handled; none for a command.
    pub handled: Option<Handled>,
    /// A name that the caller gave the command, and what it was answered: the same command again is answered
    /// the same ([`crate::Store::answered`]). One name is committed once ([`crate::StoreError::Conflict`]).
    pub command: Option<(String, serde_json::Value)>,
    /// What to publish, in order.
    pub outbox: Vec<Outgoing>,
}
