//! What a client of Kafka counts about itself.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};

use crate::messaging::{DESTINATION, GROUP};

const QUEUED: &str = "plimsoll.kafka.queue.messages";
const QUEUED_BYTES: &str = "plimsoll.kafka.queue.size";
const FETCHED: &str = "plimsoll.kafka.fetched.messages";
const ROUND_TRIP: &str = "plimsoll.kafka.broker.round.trip.time";
const REBALANCES: &str = "plimsoll.kafka.rebalances";
const MOVED: &str = "plimsoll.kafka.rebalanced.partitions";

const CLIENT: &str = "client";
const BROKER: &str = "broker";
const QUANTILE: &str = "quantile";
const CHANGE: &str = "change";

/// What a rebalance does with partitions of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebalance {
    /// They become its own.
    Assigned,
    /// They are to go, as soon as what was delivered of them is committed.
    Revoked,
    /// They went while it was away.
    Lost,
}

/// How many messages, and bytes of them, the producer has taken that no broker has acknowledged.
pub fn queued(messages: u64, bytes: u64) {
    gauge!(QUEUED).set(messages as f64);
    gauge!(QUEUED_BYTES).set(bytes as f64);
}

/// How many messages of a topic a member of a group has fetched that nobody has taken.
pub fn fetched(group: &str, topic: &str, messages: u64) {
    gauge!(FETCHED, GROUP => group.to_owned(), DESTINATION => topic.to_owned()).set(messages as f64);
}

/// How long a broker takes to answer a client (a group, or the producer): the median, and what 99 of 100 stay under.
pub fn round_trip(client: &str, broker: i32, median: Duration, p99: Duration) {
    for (quantile, time) in [("0.5", median), ("0.99", p99)] {
        let (client, broker) = (client.to_owned(), broker.to_string());
        gauge!(ROUND_TRIP, CLIENT => client, BROKER => broker, QUANTILE => quantile).set(time.as_secs_f64());
    }
}

/// A rebalance of a group moved so many partitions of a member of this process.
pub fn rebalanced(group: &str, change: Rebalance, partitions: u64) {
    let change = match change {
        Rebalance::Assigned => "assigned",
        Rebalance::Revoked => "revoked",
        Rebalance::Lost => "lost",
    };
    counter!(REBALANCES, GROUP => group.to_owned(), CHANGE => change).increment(1);
    counter!(MOVED, GROUP => group.to_owned(), CHANGE => change).increment(partitions);
}

pub(crate) fn describe() {
    describe_gauge!(QUEUED, "Messages that the producer has taken and no broker has acknowledged.");
    describe_gauge!(QUEUED_BYTES, Unit::Bytes, "Their size.");
    describe_gauge!(FETCHED, "Messages that a member of a group has fetched and nobody has taken.");
    describe_gauge!(ROUND_TRIP, Unit::Seconds, "How long a broker takes to answer.");
    describe_counter!(REBALANCES, "Rebalances that assigned, revoked or lost partitions of a member.");
    describe_counter!(MOVED, "Partitions that rebalances assigned, revoked or lost.");
}
