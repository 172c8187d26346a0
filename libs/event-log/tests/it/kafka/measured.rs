//! What librdkafka counts is among the metrics of the process, and says what is so.

use std::collections::BTreeMap;
use std::time::Duration;

use event_log::{EventLog, Group, KafkaLog, KafkaSettings, PartitionId, partition_of};
use events::{Record, Topic};
use test_kafka::TestKafka;
use test_proxy::Line;

use super::{METRICS, at, counted, settings};
use crate::fixtures::{record, until, within};

/// A client that counts ten times a second.
async fn connect(brokers: String) -> KafkaLog {
    let _ = &*METRICS;
    let properties = BTreeMap::from([("statistics.interval.ms".to_owned(), "100".to_owned())]);
    KafkaLog::connect(KafkaSettings { properties, ..settings(brokers) }).await.unwrap()
}

/// So many records of one partition of two.
fn records(partition: u32, count: usize) -> Vec<Record> {
    let mut keys = ('a'..='z').map(String::from);
    let key = keys.find(|key| partition_of(key.as_bytes(), 2) == partition).unwrap();
    vec![record(&key, "value"); count]
}

/// Records of a kilobyte of the first partition.
fn large(count: usize) -> Vec<Record> {
    vec![record("a", &"v".repeat(1024)); count]
}

fn fetched(name: &str) -> String {
    format!(
        r#"plimsoll_kafka_fetched_messages{{messaging_consumer_group_name="{name}",messaging_destination_name="{name}.v1"}}"#
    )
}

fn of_change(metric: &str, group: &str, change: &str) -> String {
    format!(r#"plimsoll_kafka_{metric}_total{{messaging_consumer_group_name="{group}",change="{change}"}}"#)
}

fn round_trip(client: &str, quantile: &str) -> String {
    format!(
        r#"plimsoll_kafka_broker_round_trip_time_seconds{{client="{client}",broker="1",quantile="{quantile}"}}"#
    )
}

async fn until_is(metric: &str, value: u32) {
    until(async || counted(metric) == Some(f64::from(value))).await;
}

/// Three records and two are fetched and nobody has taken them; then somebody has; and of two that wait for a member that leaves, nothing is
/// told any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_fetched_is_counted_until_it_is_taken() {
    let log = connect(TestKafka::shared().await.brokers()).await;
    let topic = Topic::new("fetched.v1");
    log.ensure_topic(&topic, 2).await.unwrap();
    let mut member = log.subscribe(&Group::new("fetched"), std::slice::from_ref(&topic)).await.unwrap();
    log.append(&topic, &[records(0, 3), records(1, 2)].concat()).await.unwrap();
    until_is(&fetched("fetched"), 5).await;
    let mut taken = 0;
    while taken < 5 {
        taken += within(member.next(10)).await.unwrap().len();
    }
    until_is(&fetched("fetched"), 0).await;
    log.append(&topic, &records(1, 2)).await.unwrap();
    until_is(&fetched("fetched"), 2).await;
    member.leave().await.unwrap();
    assert_eq!(counted(&fetched("fetched")), Some(0.0), "nobody counts any more");
}

/// A group that is new begins at the first of 20,000 records of a kilobyte, of which nobody takes any: 4000 are kept at hand, a thousand
/// wait in librdkafka, which asked for 256 KiB more at most while these were fewer. When somebody takes them, all come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_begins_at_the_start_has_no_more_at_hand_however_much_there_is() {
    const ALL: usize = 20_000;
    let log = connect(TestKafka::shared().await.brokers()).await;
    let topic = Topic::new("many.v1");
    log.ensure_topic(&topic, 1).await.unwrap();
    for _ in 0..ALL / 1_000 {
        log.append(&topic, &large(1_000)).await.unwrap();
    }
    let mut member = log.subscribe(&Group::new("many"), std::slice::from_ref(&topic)).await.unwrap();
    let mut reads = 0;
    // Until it rests there: while it is fetched, librdkafka has some of it, too.
    until(async || {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let is_enough = |fetched| (4_900.0..=5_400.0).contains(&fetched);
        reads = if counted(&fetched("many")).is_some_and(is_enough) { reads + 1 } else { 0 };
        reads == 5
    })
    .await;
    let mut taken = 0;
    while taken < ALL {
        for delivered in within(member.next(500)).await.unwrap() {
            assert_eq!(delivered.position.offset, taken as u64);
            taken += 1;
        }
    }
}

/// A member has both partitions, and another one joins: by the rules of cooperative rebalancing (KIP-429) the first gives one away and is
/// given nothing, and the other is given that one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_moves_between_members_is_counted() {
    let log = connect(TestKafka::shared().await.brokers()).await;
    let topic = Topic::new("moved.v1");
    log.ensure_topic(&topic, 2).await.unwrap();
    let group = Group::new("moved");
    let first = log.subscribe(&group, std::slice::from_ref(&topic)).await.unwrap();
    until_is(&of_change("rebalanced_partitions", "moved", "assigned"), 2).await;
    assert_eq!(counted(&of_change("rebalances", "moved", "assigned")), Some(1.0));
    assert_eq!(counted(&of_change("rebalances", "moved", "revoked")), None);
    let second = log.subscribe(&group, std::slice::from_ref(&topic)).await.unwrap();
    until_is(&of_change("rebalanced_partitions", "moved", "assigned"), 3).await;
    // What moves is counted before it has.
    until(async || (first.assignment().len(), second.assignment().len()) == (1, 1)).await;
    for metric in ["rebalances", "rebalanced_partitions"] {
        assert_eq!(counted(&of_change(metric, "moved", "revoked")), Some(1.0), "{metric}");
        assert_eq!(counted(&of_change(metric, "moved", "lost")), None, "{metric}");
    }
}

/// Three records of 1000 bytes wait while the broker does not answer, and are there when it does. What a broker answers takes time, and
/// less than is waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_to_be_acknowledged_is_counted() {
    const QUEUED: &str = "plimsoll_kafka_queue_messages";
    let line = TestKafka::shared().await.line().await;
    let log = connect(at(&line)).await;
    let topic = Topic::new("queued.v1");
    log.ensure_topic(&topic, 1).await.unwrap();
    log.append(&topic, &[record("key", "first")]).await.unwrap();
    line.set(Line::Silent);
    let waiting = {
        let (log, topic) = (log.clone(), topic.clone());
        let records = vec![record("key", &"v".repeat(1000)); 3];
        tokio::spawn(async move { log.append(&topic, &records).await })
    };
    // Producers of other tests count into the same gauge, and have nothing that waits.
    until_is(QUEUED, 3).await;
    until(async || counted("plimsoll_kafka_queue_size_bytes").is_some_and(|bytes| bytes >= 3000.0)).await;
    line.set(Line::Open);
    // Whoever asked may have given up before: the records are sent all the same.
    let _ = within(waiting).await.unwrap();
    let partition = PartitionId { topic: topic.clone(), partition: 0 };
    until(async || log.bounds(&partition).await.is_ok_and(|bounds| bounds.end == 4)).await;
    let member = log.subscribe(&Group::new("queued"), std::slice::from_ref(&topic)).await.unwrap();
    for metric in [round_trip("producer", "0.99"), round_trip("queued", "0.5")] {
        until(async || counted(&metric).is_some_and(|seconds| seconds > 0.0 && seconds < 60.0)).await;
    }
    drop(member);
}
