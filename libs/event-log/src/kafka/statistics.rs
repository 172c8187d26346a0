//! What librdkafka counts, as metrics.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::Statistics;
use telemetry::kafka;

use crate::position::Group;

/// How often librdkafka says what it counts.
pub(super) const INTERVAL: &str = "10000";

/// Who counts.
const PRODUCER: &str = "producer";

/// What the producer has taken and not got acknowledged, and how its brokers answer.
pub(super) fn of_producer(statistics: &Statistics) {
    kafka::queued(statistics.msg_cnt, statistics.msg_size);
    round_trips(PRODUCER, statistics);
}

/// What a member has fetched that nobody has taken, and how its brokers answer.
pub(super) fn of_member(group: &Group, statistics: &Statistics) {
    let mut fetched: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, topic) in &statistics.topics {
        let waiting = topic.partitions.values().map(|partition| partition.fetchq_cnt);
        let waiting: i64 = waiting.filter(|count| *count > 0).sum();
        *fetched.entry(name).or_default() += u64::try_from(waiting).unwrap_or_default();
    }
    for (topic, waiting) in fetched {
        kafka::fetched(group.as_str(), topic, waiting);
    }
    round_trips(group.as_str(), statistics);
}

fn round_trips(client: &str, statistics: &Statistics) {
    for broker in statistics.brokers.values() {
        // The connection that it began with has no number, and asks nothing more.
        let Some(round_trip) = broker.rtt.as_ref().filter(|window| broker.nodeid >= 0 && window.cnt > 0)
        else {
            continue;
        };
        let micros = |count: i64| Duration::from_micros(u64::try_from(count).unwrap_or_default());
        kafka::round_trip(client, broker.nodeid, micros(round_trip.p50), micros(round_trip.p99));
    }
}
