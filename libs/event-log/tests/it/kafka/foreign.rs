//! Records that no service writes.

use event_log::{EventLog, Group, KafkaLog, PartitionId};
use events::{Headers, Topic};
use test_kafka::{RawRecord, TestKafka};

use super::settings;
use crate::fixtures::{record, values, within};

/// The client that readers have answers with a panic when it is asked for such a name. Whatever else the record has is delivered, and so is
/// what comes after it, to members and to who reads ranges.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_whose_name_is_no_text_ends_no_reader_of_its_topic() {
    let kafka = TestKafka::shared().await;
    let log = KafkaLog::connect(settings(kafka.brokers())).await.unwrap();
    let topic = Topic::new("foreign.v1");
    log.ensure_topic(&topic, 1).await.unwrap();
    log.append(&topic, &[record("key", "before")]).await.unwrap();
    let headers = [(&b"a"[..], &b"1"[..]), (b"b\xff", b"2"), (b"c", b"3")];
    let raw = RawRecord { key: b"key", headers: &headers, value: b"odd" };
    assert_eq!(kafka.append_raw(topic.as_str(), 0, raw).await, 1);
    log.append(&topic, &[record("key", "after")]).await.unwrap();

    let group = Group::new("foreign");
    let mut member = log.subscribe(&group, std::slice::from_ref(&topic)).await.unwrap();
    let mut taken = Vec::new();
    while taken.len() < 3 {
        taken.extend(within(member.next(10)).await.unwrap());
    }
    assert_eq!(values(&taken), ["before", "odd", "after"]);
    let read: Headers = [("a", &b"1"[..]), (Headers::UNREADABLE, b""), ("c", b"3")].into_iter().collect();
    assert_eq!(taken[1].record.headers, read);
    assert_eq!(taken[1].record.key, "key");
    let partition = PartitionId { topic, partition: 0 };
    member.commit(&partition, 3).await.unwrap();
    assert_eq!(log.read(&partition, 0, 10).await.unwrap(), taken);
}
