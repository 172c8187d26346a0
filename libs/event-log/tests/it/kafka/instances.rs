//! Members that have a name (`group.instance.id`): one that is started again within its session has its partitions as if it had never
//! been away, and of two with one name the later one is the member, and stays it.

use std::time::Duration;

use event_log::{
    EventLog, Group, KafkaLog, KafkaSettings, LogError, PartitionId, Subscription, partition_of,
};
use events::Topic;
use test_kafka::TestKafka;
use test_proxy::Line;

use super::{METRICS, at, counted, settings};
use crate::fixtures::{record, until, values, within};

const PARTITIONS: u32 = 4;

/// A process of this name. Its session does not end while the test runs.
async fn process(name: &str, brokers: String) -> KafkaLog {
    let (instance, session) = (Some(name.to_owned()), Duration::from_secs(120));
    KafkaLog::connect(KafkaSettings { instance, session, ..settings(brokers) }).await.unwrap()
}

/// How often something was assigned, revoked or lost, by all members of the group.
fn rebalances(group: &str) -> [u64; 3] {
    ["assigned", "revoked", "lost"].map(|change| {
        let labels = format!(r#"{{messaging_consumer_group_name="{group}",change="{change}"}}"#);
        counted(&format!("plimsoll_kafka_rebalances_total{labels}")).unwrap_or_default() as u64
    })
}

/// So many records as the member has partitions.
async fn take(member: &mut Box<dyn Subscription>) -> Vec<String> {
    let (mut taken, count) = (Vec::new(), member.assignment().len());
    while taken.len() < count {
        taken.extend(values(&within(member.next(10)).await.unwrap()).into_iter().map(str::to_owned));
    }
    taken.sort_unstable();
    taken
}

/// What a member is told when it can do nothing about it.
async fn told(member: &mut Box<dyn Subscription>) -> LogError {
    within(async {
        loop {
            match member.next(10).await {
                Err(error) if !error.is_transient() => return error,
                // Until its line is mended the log is away.
                _ => {}
            }
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_takes_its_own_place_again_and_whoever_had_it_is_told() {
    let _ = &*METRICS;
    let (kafka, topic, group) =
        (TestKafka::shared().await, Topic::new("instances.v1"), Group::new("instances"));
    let line = kafka.line().await;
    let (killed, other) = (process("one", at(&line)).await, process("two", kafka.brokers()).await);
    killed.ensure_topic(&topic, PARTITIONS).await.unwrap();
    let mut first = killed.subscribe(&group, std::slice::from_ref(&topic)).await.unwrap();
    until(async || first.assignment().len() == 4).await;
    let mut second = other.subscribe(&group, std::slice::from_ref(&topic)).await.unwrap();
    until(async || (first.assignment().len(), second.assignment().len()) == (2, 2)).await;
    // One record of each partition, whose value is the partition's number.
    let of = |key: &str| partition_of(key.as_bytes(), PARTITIONS);
    for partition in 0..PARTITIONS {
        let mut keys = (0..).map(|n: u32| format!("key-{n}"));
        let key = keys.find(|key| of(key) == partition).unwrap();
        other.append(&topic, &[record(&key, &partition.to_string())]).await.unwrap();
    }
    let (of_first, of_second) = (first.assignment(), second.assignment());
    let numbers = |partitions: &[PartitionId]| -> Vec<String> {
        partitions.iter().map(|partition| partition.partition.to_string()).collect()
    };
    assert_eq!((take(&mut first).await, take(&mut second).await), (numbers(&of_first), numbers(&of_second)));

    line.set(Line::Cut);
    let [assigned, revoked, lost] = rebalances("instances");
    let again = process("one", kafka.brokers()).await;
    let mut member = again.subscribe(&group, std::slice::from_ref(&topic)).await.unwrap();
    until(async || member.assignment() == of_first).await;
    assert_eq!(take(&mut member).await, numbers(&of_first), "what was not committed comes again");
    // Each member counts each rebalance that it takes part in: this was one, of the one that is back.
    assert_eq!(rebalances("instances"), [assigned + 1, revoked, lost]);
    assert_eq!(second.assignment(), of_second);
    for partition in &of_second {
        second.commit(partition, 1).await.unwrap();
    }

    line.set(Line::Open);
    let error = told(&mut first).await;
    assert_eq!(error.code(), "LOG_MISCONFIGURED", "{error}");
    assert!(
        error.to_string().contains("another process was started with the same kafka.instance"),
        "{error}"
    );
    assert_eq!(first.assignment(), []);
    assert!(matches!(first.commit(&of_first[0], 1).await, Err(LogError::Fenced { .. })));
    assert_eq!(told(&mut first).await, error, "each time");
    for partition in &of_first {
        member.commit(partition, 1).await.unwrap();
        assert_eq!(again.committed(&group, partition).await.unwrap(), 1);
    }
    assert_eq!((member.assignment(), second.assignment()), (of_first.clone(), of_second.clone()));

    // A consumer that is started again in the process that was told finds no other name to work on under, and does not take this one back.
    drop(first);
    for _ in 0..2 {
        assert_eq!(killed.subscribe(&group, std::slice::from_ref(&topic)).await.err(), Some(error.clone()));
    }
    other.append(&topic, &[record("key-0", "more")]).await.unwrap();
    let is_of_first = of_first.iter().any(|partition| partition.partition == of("key-0"));
    let reads = if is_of_first { &mut member } else { &mut second };
    assert_eq!(values(&within(reads.next(10)).await.unwrap()), ["more"]);
    assert_eq!((member.assignment(), second.assignment()), (of_first, of_second));
}

/// A consumer that is started again within its process. Its session does not end while the test runs: under another name it would have to wait
/// for what it left under the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_follows_another_in_a_process_has_its_name_and_its_place() {
    let (kafka, topic, group) =
        (TestKafka::shared().await, Topic::new("followed.v1"), Group::new("followed"));
    let (one, two) = (process("one", kafka.brokers()).await, process("two", kafka.brokers()).await);
    one.ensure_topic(&topic, PARTITIONS).await.unwrap();
    let first = one.subscribe(&group, std::slice::from_ref(&topic)).await.unwrap();
    until(async || first.assignment().len() == 4).await;
    let second = two.subscribe(&group, std::slice::from_ref(&topic)).await.unwrap();
    until(async || (first.assignment().len(), second.assignment().len()) == (2, 2)).await;
    let (of_first, of_second) = (first.assignment(), second.assignment());
    let mut before = first;
    for _ in 0..3 {
        drop(before);
        before = one.subscribe(&group, std::slice::from_ref(&topic)).await.unwrap();
        until(async || before.assignment() == of_first).await;
        assert_eq!(second.assignment(), of_second);
    }
}
