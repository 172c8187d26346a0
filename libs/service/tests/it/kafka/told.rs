//! What processes on a real broker tell of their group.

use event_log::{EventLog, partition_of};
use rustix::process::Signal;
use test_kafka::TestKafka;

use super::{broker, connect};
use crate::bench::{records, topic};
use crate::process::{Program, noted};

/// A process of the group `explain` upon the broker.
async fn process(kafka: &TestKafka) -> Program {
    let settings =
        [("BROKERS", kafka.brokers()), ("REPLICATION", "1".to_owned()), ("MIN_INSYNC", "1".to_owned())];
    Program::new().await.with(settings.map(|(name, value)| (format!("PLIMSOLL_KAFKA__{name}"), value)))
}

/// A metric of what happens to the group `explain`, as `/metrics` has it; `labels` are those behind the group's.
fn of_group(metric: &str, labels: &str) -> String {
    format!(r#"plimsoll_{metric}{{messaging_consumer_group_name="explain"{labels}}}"#)
}

fn lag(partition: u32, records: usize) -> String {
    let labels = format!(
        r#",messaging_destination_name="{}",messaging_destination_partition_id="{partition}""#,
        topic()
    );
    format!("{} {records}\n", of_group("consumer_lag_messages", &labels))
}

fn moved(metric: &str, change: &str, count: u32) -> String {
    format!("{} {count}\n", of_group(metric, &format!(r#",change="{change}""#)))
}

/// Three records of one partition and two of the other. The first process can handle none of them, and is given both partitions;
/// the second is given one of them by the first, and handles what is in it: then nobody is behind in that one, whoever is asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_process_tells_how_far_its_group_is_and_what_it_was_given() {
    let kafka = broker().await;
    let log = connect(kafka.brokers()).await;
    let key = |partition| {
        let mut keys = ('a'..='z').map(String::from);
        keys.find(|key| partition_of(key.as_bytes(), 2) == partition).unwrap()
    };
    let (keys, counts) = ([key(0), key(1)], [3, 2]);
    for (key, count) in keys.iter().zip(counts) {
        log.append(&topic(), &records(key, 1..=count as u64)).await.unwrap();
    }
    let (first, second) = (process(kafka).await, process(kafka).await);
    // A directory where the file is to be: nothing can be noted.
    std::fs::create_dir(first.path("notes")).unwrap();
    let running_first = first.start();
    let told = |answer: &str, lines: &[String]| lines.iter().all(|line| answer.contains(line));
    let all_behind = [
        lag(0, counts[0]),
        lag(1, counts[1]),
        moved("kafka_rebalances_total", "assigned", 1),
        moved("kafka_rebalanced_partitions_total", "assigned", 2),
    ];
    first.get_until("/metrics", |answer| told(answer, &all_behind)).await;

    let _second = second.start();
    noted(&second, 1).await;
    let gone = keys.iter().position(|key| second.notes()[0].starts_with(&format!("{key} "))).unwrap();
    let stays = 1 - gone;
    let of = |partition: usize, records| lag(u32::try_from(partition).unwrap(), records);
    let one_behind = [
        of(gone, 0),
        of(stays, counts[stays]),
        moved("kafka_rebalances_total", "revoked", 1),
        moved("kafka_rebalanced_partitions_total", "assigned", 2),
        moved("kafka_rebalanced_partitions_total", "revoked", 1),
    ];
    let answer = first.get_until("/metrics", |answer| told(answer, &one_behind)).await;
    assert!(!answer.contains(r#"change="lost""#), "{answer}");
    let given =
        [of(gone, 0), of(stays, counts[stays]), moved("kafka_rebalanced_partitions_total", "assigned", 1)];
    second.get_until("/metrics", |answer| told(answer, &given)).await;
    assert_eq!(second.notes().len(), counts[gone]);

    // What librdkafka counts comes every 10 s.
    let answers = of_client("explain");
    first
        .get_until("/metrics", |answer| {
            answer.contains(&answers) && answer.contains("plimsoll_kafka_queue_messages 0\n")
        })
        .await;
    std::fs::remove_dir(first.path("notes")).unwrap();
    let nobody_behind = [lag(0, 0), lag(1, 0)];
    for program in [&first, &second] {
        program.get_until("/metrics", |answer| told(answer, &nobody_behind)).await;
    }
    assert_eq!((first.notes().len(), second.notes().len()), (counts[stays], counts[gone]), "none twice");
    running_first.signal(Signal::TERM);
    assert_eq!(running_first.ended().await, Some(0));
}

/// How long the broker takes to answer a client, in 99 of 100 cases.
fn of_client(client: &str) -> String {
    format!(
        r#"plimsoll_kafka_broker_round_trip_time_seconds{{client="{client}",broker="1",quantile="0.99"}} 0."#
    )
}

/// Its database is there, and its brokers are not: what it waits for has its name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_finds_no_broker_says_that_it_is_the_log_which_is_away() {
    // Port 1 is nobody's.
    let settings = [("BROKERS", "127.0.0.1:1"), ("REQUEST_TIMEOUT_SECONDS", "1")];
    let settings = settings.map(|(name, value)| (format!("PLIMSOLL_KAFKA__{name}"), value.to_owned()));
    let program = Program::new().await.with(settings);
    let process = program.start();
    let answer = program.get_until("/readyz", |answer| answer.contains("LOG_UNAVAILABLE")).await;
    assert!(
        answer.contains(r#""explain/log":{"status":"starting","serves":true,"reasons":{"log":{"#),
        "{answer}"
    );
    assert!(answer.starts_with("HTTP/1.1 503") && !answer.contains("explain/postgres"), "{answer}");
    process.signal(Signal::TERM);
    assert_eq!(process.ended().await, Some(0));
}
