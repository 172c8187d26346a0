//! What a topic takes no more.

use std::time::Duration;

use event_log::{EventLog, KafkaLog, KafkaSettings, LogError, PartitionId, SettingChange, TopicChange};
use events::{Record, Topic};
use test_kafka::TestKafka;
use test_proxy::{Line, Proxy};

use super::{at, settings};
use crate::fixtures::{record, until};

/// Says how large a batch of records the topic takes. Brokers tell it before they go by it.
async fn takes(log: &KafkaLog, topic: &Topic, bytes: usize) {
    let change = SettingChange { name: "max.message.bytes", from: None, to: bytes.to_string() };
    log.apply(&TopicChange::Set { topic: topic.clone(), settings: vec![change] }).await.unwrap();
}

/// More than the client puts in one request with others (`batch.size`), so that what follows it is in the next.
fn large(key: &str) -> Record {
    record(key, &"v".repeat(1_500_000))
}

/// Somebody has lowered what a topic takes while services run. The second event of an aggregate would be written without the first: readers would
/// take that, when it comes at last, for one that they have seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_behind_a_record_that_is_refused_and_others_are_taken_at_once() {
    let log = KafkaLog::connect(settings(TestKafka::shared().await.brokers())).await.unwrap();
    let topic = Topic::new("lowered.v1");
    let partition = PartitionId { topic: topic.clone(), partition: 0 };
    let end = async || log.bounds(&partition).await.unwrap().end;
    log.ensure_topic(&topic, 1).await.unwrap();
    takes(&log, &topic, 1024 * 1024).await;
    until(async || log.append(&topic, &[large("probe")]).await.is_err()).await;

    let (start, history) = (end().await, [large("a"), record("a", "second")]);
    // By a producer of which the broker has nothing, and by one of which it has.
    for before in 0..2 {
        let refused = log.append(&topic, &history).await.unwrap_err();
        assert_eq!(refused.code(), "LOG_RECORD_TOO_LARGE", "{refused}");
        assert!(refused.to_string().contains("1500"), "{refused}");
        assert_eq!(end().await, start + before);
        log.append(&topic, &[record("b", "beside")]).await.unwrap();
    }

    takes(&log, &topic, 2 * 1024 * 1024).await;
    until(async || log.append(&topic, &history).await.is_ok()).await;
    let written: Vec<usize> = (log.read(&partition, start, 10).await.unwrap().iter())
        .map(|delivered| delivered.record.value.len())
        .collect();
    assert_eq!(written, ["beside".len(), "beside".len(), 1_500_000, "second".len()]);
}

/// A topic that takes no large record, a client that has sent nothing to it yet, and the line of that client.
async fn lowered(name: &str) -> (KafkaLog, Proxy, Topic, PartitionId) {
    let patient = KafkaLog::connect(settings(TestKafka::shared().await.brokers())).await.unwrap();
    let topic = Topic::new(name);
    patient.ensure_topic(&topic, 1).await.unwrap();
    takes(&patient, &topic, 1024 * 1024).await;
    until(async || patient.append(&topic, &[large("probe")]).await.is_err()).await;
    let line = TestKafka::shared().await.line().await;
    let quick = KafkaSettings { request_timeout: Duration::from_secs(2), ..settings(at(&line)) };
    let log = KafkaLog::connect(quick).await.unwrap();
    assert_eq!(log.partitions(&topic).await.unwrap(), 1);
    let partition = PartitionId { topic: topic.clone(), partition: 0 };
    (log, line, topic, partition)
}

async fn given_up(log: &KafkaLog, topic: &Topic, records: &[Record]) {
    let error = log.append(topic, records).await.unwrap_err();
    assert!(matches!(error, LogError::Unavailable(_)), "{error}");
}

/// Waits until it is known that a record is refused.
async fn refused(log: &KafkaLog, topic: &Topic, records: &[Record]) {
    until(async || matches!(log.append(topic, records).await.unwrap_err(), LogError::RecordTooLarge { .. }))
        .await;
}

async fn written(log: &KafkaLog, partition: &PartitionId, from: u64) -> Vec<Vec<u8>> {
    let delivered = log.read(partition, from, 10).await.unwrap();
    delivered.into_iter().map(|delivered| delivered.record.value).collect()
}

/// Who asks again, while nothing is acknowledged, for the first record that its producer has for a partition: what follows stays behind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_behind_a_first_record_that_is_asked_for_again() {
    let (log, line, topic, partition) = lowered("lowered-asked-again.v1").await;
    let start = log.bounds(&partition).await.unwrap().end;
    let history = [large("a"), record("a", "second")];
    line.set(Line::Silent);
    for _ in 0..2 {
        given_up(&log, &topic, &history).await;
    }
    line.set(Line::Open);
    refused(&log, &topic, &history).await;
    until(async || log.append(&topic, &[record("b", "beside")]).await.is_ok()).await;
    assert_eq!(written(&log, &partition, start).await, [b"beside"]);
}

/// What was sent behind a record that is refused is on no log, and who asks for it again is not told that it waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_producer_that_has_ended_left_is_written_by_the_next_before_what_follows() {
    let (log, line, topic, partition) = lowered("lowered-left.v1").await;
    log.append(&topic, &[record("known", "known")]).await.unwrap();
    let start = log.bounds(&partition).await.unwrap().end;
    line.set(Line::Silent);
    given_up(&log, &topic, &[large("x")]).await;
    given_up(&log, &topic, &[record("a", "a1")]).await;
    line.set(Line::Open);
    refused(&log, &topic, &[large("x")]).await;
    log.append(&topic, &[record("a", "a1"), record("a", "a2")]).await.unwrap();
    assert_eq!(written(&log, &partition, start).await, [b"a1", b"a2"]);
}
