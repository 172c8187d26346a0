//! What is counted about events.
//!
//! Names and attributes are those of OpenTelemetry's semantic conventions for messaging where there are any
//! (`messaging.*`, version 1.38); Prometheus writes their dots as underscores. Ours begin with `plimsoll.`.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::names::ERROR;

const CONSUMED: &str = "messaging.client.consumed.messages";
const SENT: &str = "messaging.client.sent.messages";
const PROCESS: &str = "messaging.process.duration";
const RETRIED: &str = "plimsoll.consumer.retried.messages";
const DUPLICATES: &str = "plimsoll.consumer.duplicate.messages";
const PARKED: &str = "plimsoll.consumer.parked.messages";
const LAG: &str = "plimsoll.consumer.lag.messages";
const LAG_AT: &str = "plimsoll.consumer.lag.timestamp";
const OUTBOX: &str = "plimsoll.outbox.lag.messages";
const OUTBOX_AGE: &str = "plimsoll.outbox.lag.time";
const OUTBOX_AT: &str = "plimsoll.outbox.lag.timestamp";

pub(crate) const GROUP: &str = "messaging.consumer.group.name";
pub(crate) const DESTINATION: &str = "messaging.destination.name";
pub(crate) const PARTITION: &str = "messaging.destination.partition.id";
const SERVICE: &str = "service.name";

/// A consumer is done with so many events: it has handled them, or has told of each that nothing follows from it.
pub fn consumed(group: &str, topic: &str, events: u64) {
    counter!(CONSUMED, GROUP => group.to_owned(), DESTINATION => topic.to_owned()).increment(events);
}

/// What was given to a handler at once, an event or a batch of them, was handled in this time.
pub fn processed(group: &str, topic: &str, time: Duration) {
    histogram!(PROCESS, GROUP => group.to_owned(), DESTINATION => topic.to_owned()).record(time);
}

/// An event was not handled, for this reason, and is tried again.
pub fn retried(group: &str, topic: &str, code: &'static str) {
    counter!(RETRIED, GROUP => group.to_owned(), DESTINATION => topic.to_owned(), ERROR => code).increment(1);
}

/// An event had been handled before.
pub fn duplicate(group: &str, topic: &str) {
    counter!(DUPLICATES, GROUP => group.to_owned(), DESTINATION => topic.to_owned()).increment(1);
}

/// An event was parked, for this reason.
pub fn parked(group: &str, topic: &str, code: &'static str) {
    counter!(PARKED, GROUP => group.to_owned(), DESTINATION => topic.to_owned(), ERROR => code).increment(1);
}

/// Events were appended to a topic.
pub fn sent(topic: &str, events: u64) {
    counter!(SENT, DESTINATION => topic.to_owned()).increment(events);
}

/// How many records of a partition a consumer group has not committed.
pub fn lag(group: &str, topic: &str, partition: u32, records: u64) {
    let partition = partition.to_string();
    gauge!(LAG, GROUP => group.to_owned(), DESTINATION => topic.to_owned(), PARTITION => partition)
        .set(records as f64);
}

/// The lag of all partitions of a topic was measured at this time (in seconds since 1970). While it cannot be, it stands as it was last.
pub fn lag_measured(group: &str, topic: &str, at: i64) {
    gauge!(LAG_AT, GROUP => group.to_owned(), DESTINATION => topic.to_owned()).set(at as f64);
}

/// How many events of a service wait in its outbox, and for how long, as measured at this time (in seconds since 1970).
pub fn outbox_lag(service: &str, events: u64, age: Duration, at: i64) {
    gauge!(OUTBOX, SERVICE => service.to_owned()).set(events as f64);
    gauge!(OUTBOX_AGE, SERVICE => service.to_owned()).set(age.as_secs_f64());
    gauge!(OUTBOX_AT, SERVICE => service.to_owned()).set(at as f64);
}

pub(crate) fn describe() {
    describe_counter!(CONSUMED, "Events that consumers handled, or gave up and told of.");
    describe_counter!(SENT, "Events that were appended to the log.");
    describe_histogram!(
        PROCESS,
        Unit::Seconds,
        "How long a try took that handled an event, or a batch of them."
    );
    describe_counter!(RETRIED, "Events that were not handled and tried again.");
    describe_counter!(DUPLICATES, "Events that came again and were dropped.");
    describe_counter!(PARKED, "Events that could not be handled and wait as dead letters.");
    describe_gauge!(LAG, "Records of a partition that a consumer group has not committed.");
    describe_gauge!(LAG_AT, Unit::Seconds, "When the lag was measured last, since 1970.");
    describe_gauge!(OUTBOX, "Events that wait in an outbox.");
    describe_gauge!(OUTBOX_AGE, Unit::Seconds, "How long the oldest event has waited in an outbox.");
    describe_gauge!(OUTBOX_AT, Unit::Seconds, "When what waits in an outbox was measured last, since 1970.");
}
