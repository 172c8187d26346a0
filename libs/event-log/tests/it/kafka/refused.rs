//! What a topic takes no more.

use event_log::{EventLog, KafkaLog, PartitionId, SettingChange, TopicChange};
use events::{Record, Topic};
use test_kafka::TestKafka;

use super::settings;
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
