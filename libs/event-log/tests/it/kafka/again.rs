//! What was given up and is asked for again is sent once.

use std::time::Duration;

use event_log::{EventLog, KafkaLog, KafkaSettings, LogError, PartitionId};
use events::{Record, Topic};
use test_kafka::TestKafka;
use test_proxy::{Line, Proxy};

use super::{at, settings};
use crate::fixtures::{record, until, values};

/// A client that does not wait for long, by a line of its own, and a topic of one partition that it knows.
async fn connect(name: &str) -> (KafkaLog, Proxy, Topic) {
    let line = TestKafka::shared().await.line().await;
    let quick = KafkaSettings { request_timeout: Duration::from_millis(700), ..settings(at(&line)) };
    let log = KafkaLog::connect(quick).await.unwrap();
    let topic = Topic::new(name);
    let patient = KafkaLog::connect(settings(at(&line))).await.unwrap();
    patient.ensure_topic(&topic, 1).await.unwrap();
    until(async || log.append(&topic, &[record("first", "first")]).await.is_ok()).await;
    (log, line, topic)
}

async fn given_up(log: &KafkaLog, topic: &Topic, records: &[Record]) {
    let error = log.append(topic, records).await.unwrap_err();
    assert!(matches!(error, LogError::Unavailable(_)), "{error}");
}

/// All values of the topic, as soon as there are so many; what was sent before that is there, too.
async fn all(topic: &Topic, count: usize) -> Vec<String> {
    let log = KafkaLog::connect(settings(TestKafka::shared().await.brokers())).await.unwrap();
    let partition = PartitionId { topic: topic.clone(), partition: 0 };
    let mut read = Vec::new();
    until(async || {
        read = log.read(&partition, 0, 100).await.unwrap_or_default();
        read.len() >= count
    })
    .await;
    values(&read).into_iter().map(str::to_owned).collect()
}

/// As a relay asks whose first record waits, and of whom there are more each time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_for_again_while_nothing_is_acknowledged_is_on_the_log_once() {
    let (log, line, topic) = connect("asked-again.v1").await;
    let records = [("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3"), ("b", "b2")];
    let records = records.map(|(key, value)| record(key, value));
    for way in [Line::Silent, Line::Cut] {
        line.set(way);
        for count in [1, 3, 3, 5] {
            given_up(&log, &topic, &records[..count]).await;
        }
    }
    line.set(Line::Open);
    let mut positions = Vec::new();
    until(async || match log.append(&topic, &records).await {
        Ok(found) => {
            positions = found;
            true
        }
        Err(_) => false,
    })
    .await;
    // What comes after it is on the log when all that was sent before is.
    until(async || log.append(&topic, &[record("last", "last")]).await.is_ok()).await;
    let all = all(&topic, 7).await;
    assert_eq!(all.iter().filter(|value| *value == "a1").count(), 1, "{all:?}");
    let first = all.iter().position(|value| value == "a1").unwrap();
    assert_eq!(all[first..first + 5], ["a1", "b1", "a2", "a3", "b2"]);
    let offsets: Vec<u64> = positions.iter().map(|position| position.offset).collect();
    assert_eq!(offsets, (first as u64..first as u64 + 5).collect::<Vec<_>>());
}

/// The caller is gone before it is told anything: a lane whose partition went, or a relay that is not the one who publishes any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_caller_left_behind_is_taken_by_who_asks_next() {
    let (log, line, topic) = connect("left-behind.v1").await;
    line.set(Line::Silent);
    let records = [record("a", "a1"), record("a", "a2")];
    let left = log.append(&topic, &records);
    assert!(tokio::time::timeout(Duration::from_millis(200), left).await.is_err());
    line.set(Line::Open);
    let mut offset = None;
    until(async || {
        let answer = log.append(&topic, &[record("a", "a1")]).await;
        offset = answer.ok().map(|positions| positions[0].offset);
        offset.is_some()
    })
    .await;
    // The second was sent with the first. Whoever asks for something else instead is behind it.
    until(async || log.append(&topic, &[record("a", "a3")]).await.is_ok()).await;
    let all = all(&topic, 4).await;
    assert_eq!(all[all.len() - 3..], ["a1", "a2", "a3"]);
    assert_eq!(offset, Some(all.len() as u64 - 3));
}
