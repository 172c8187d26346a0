//! What librdkafka counts, as metrics.

use std::collections::BTreeMap;
use std::time::Duration;

use events::Topic;
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

/// What a member has fetched that nobody has taken, and how its brokers answer. Some of what was fetched librdkafka has given away
/// already: it is at hand, by topic.
pub(super) fn of_member(group: &Group, statistics: &Statistics, mut at_hand: BTreeMap<Topic, u64>) {
    for (name, topic) in &statistics.topics {
        let queued =
            topic.partitions.values().filter_map(|partition| u64::try_from(partition.fetchq_cnt).ok());
        *at_hand.entry(Topic::new(name)).or_default() += queued.sum::<u64>();
    }
    for (topic, waiting) in at_hand {
        kafka::fetched(group.as_str(), topic.as_str(), waiting);
    }
    round_trips(group.as_str(), statistics);
}

/// A member that is none any more has fetched nothing: nobody counts for it after this.
pub(super) fn of_nobody(group: &Group, topics: &[Topic]) {
    topics.iter().for_each(|topic| kafka::fetched(group.as_str(), topic.as_str(), 0));
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
