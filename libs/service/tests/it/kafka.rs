//! On a real broker: processes that lose their work to others, and what they tell of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, KafkaLog, KafkaSettings, PartitionId, partition_of};
use events::{Message, Service, Topic, encode};
use service::{DeadLetters, Failure, Handler, Parts, Policy};
use store::{Database, PostgresStore, Store};
use test_kafka::TestKafka;
use test_proxy::Line;
use tokio::sync::OnceCell;

use crate::bench::{Consumer, message, records, topic, until};
use crate::handlers::name;
use crate::process::{Program, noted};
use crate::stale::{Guard, Stage, a_stale_decision_is_refused, a_stale_output_is_dropped_by_readers, parts};

/// A client whose members are given up soon.
async fn connect(brokers: String) -> KafkaLog {
    let settings = KafkaSettings {
        brokers,
        session: Duration::from_secs(3),
        heartbeat: Duration::from_millis(500),
        request_timeout: Duration::from_secs(3),
        replication: 1,
        min_insync: 1,
        ..KafkaSettings::default()
    };
    KafkaLog::connect(settings).await.unwrap()
}

/// The broker, with every service's topic: two partitions of the catalog's, and one of each other.
async fn broker() -> &'static TestKafka {
    static MADE: OnceCell<()> = OnceCell::const_new();
    let kafka = TestKafka::shared().await;
    let make = async || {
        let log = connect(kafka.brokers()).await;
        for service in Service::ALL {
            log.ensure_topic(&service.topic(), if service == Service::Catalog { 2 } else { 1 })
                .await
                .unwrap();
        }
    };
    MADE.get_or_init(make).await;
    kafka
}

/// Two processes with one schema in Postgres, of which the first reaches the broker by a line of its own, and a reader.
async fn stage() -> Stage {
    let (kafka, database) = (broker().await, TestPostgres::shared().await.database().await);
    let process = async |brokers, service: Service| -> Parts {
        let schema = Database::new(database.url().as_str(), service.name(), 4).unwrap();
        let store: Arc<dyn Store> = Arc::new(PostgresStore::open(&schema).await.unwrap());
        parts(Arc::new(connect(brokers).await), store)
    };
    let line = kafka.line().await;
    Stage {
        first: process(format!("127.0.0.1:{}", line.port()), Service::Promotion).await,
        second: process(kafka.brokers(), Service::Promotion).await,
        reader: process(kafka.brokers(), Service::Gitops).await,
        reach: Box::new(move |reaches| line.set(if reaches { Line::Open } else { Line::Cut })),
        _database: Some(database),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_that_another_has_made_is_refused_by_its_mark() {
    a_stale_decision_is_refused(&stage().await, Guard::Mark).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_upon_a_state_of_before_is_refused_by_its_version() {
    a_stale_decision_is_refused(&stage().await, Guard::Version).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_output_that_another_has_written_is_dropped_by_readers() {
    a_stale_output_is_dropped_by_readers(&stage().await).await;
}

/// Notes what it handles of the diff service's events, and cannot handle one of them until it is told to.
#[derive(Default)]
struct Refusing {
    can: AtomicBool,
    handled: Mutex<Vec<String>>,
}

#[async_trait]
impl Handler for Refusing {
    fn consumer(&self) -> &'static str {
        "refusing"
    }

    fn service(&self) -> Service {
        Service::Promotion
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Service::Diff.topic()]
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let name = name(message);
        if name == "late2" && !self.can.load(Ordering::SeqCst) {
            return Err(Failure::unhandled("EVENT_ODD", "it makes no sense"));
        }
        self.handled.lock().unwrap().push(name);
        Ok(())
    }
}

impl Refusing {
    /// What it handled of a key.
    fn of(&self, key: &str) -> Vec<String> {
        let handled = self.handled.lock().unwrap();
        handled.iter().filter(|name| name.starts_with(key)).cloned().collect()
    }
}

/// Of one aggregate an event is at fault, of another one cannot be read. What follows waits behind each, in order, and the partition moves
/// on; then the one is tried again and the other given up, and all that waited is handled in order, with what came meanwhile after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_behind_an_event_is_handled_in_order_when_that_is_handled_or_given_up() {
    let stage = stage().await;
    let (parts, topic) = (&stage.second, Service::Diff.topic());
    let of = |key: &str, sequence| {
        let mut message = message(key, sequence);
        message.envelope.source = Service::Diff;
        encode(&message).unwrap()
    };
    let mut unreadable = of("odd", 2);
    unreadable.value.truncate(7);
    let (late, odd) = (|n| of("late", n), |n| of("odd", n));
    let records = [late(1), odd(1), late(2), unreadable, late(3), odd(3), of("beside", 1)];
    parts.log.append(&topic, &records).await.unwrap();
    let handler = Arc::new(Refusing::default());
    let consumer = Consumer::start(handler.clone(), parts.clone(), Policy::default());
    until("the partition moves on", async || handler.of("beside").len() == 1).await;
    let letters = parts.store.dead_letters(None, 0, 10).await.unwrap();
    let codes: Vec<_> =
        letters.iter().map(|letter| (letter.letter.position.offset, letter.letter.code.as_str())).collect();
    let expected = [(2, "EVENT_ODD"), (3, "EVENT_UNREADABLE"), (4, "EVENT_WAITS"), (5, "EVENT_WAITS")];
    assert_eq!(codes, expected);

    let dead_letters = DeadLetters::new(Service::Promotion, parts);
    handler.can.store(true, Ordering::SeqCst);
    dead_letters.retry(letters[0].id, "ben").await.unwrap();
    parts.log.append(&topic, &[late(4), odd(4)]).await.unwrap();
    until("what waited is handled", async || handler.of("late").len() >= 4).await;
    assert_eq!(handler.of("odd"), ["odd1"], "nobody asked for these");
    dead_letters.discard(letters[1].id, "ben", "it is none").await.unwrap();
    until("what waited is handled", async || handler.of("odd").len() >= 3).await;
    consumer.stop().await.unwrap();
    assert_eq!(handler.of("late"), ["late1", "late2", "late3", "late4"]);
    assert_eq!(handler.of("odd"), ["odd1", "odd3", "odd4"]);
    let partition = PartitionId { topic, partition: 0 };
    assert_eq!(parts.log.bounds(&partition).await.unwrap(), 0..9, "nothing is appended again");
}

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
    running_first.signal(rustix::process::Signal::TERM);
    assert_eq!(running_first.ended().await, Some(0));
}

/// How long the broker takes to answer a client, in 99 of 100 cases.
fn of_client(client: &str) -> String {
    format!(
        r#"plimsoll_kafka_broker_round_trip_time_seconds{{client="{client}",broker="1",quantile="0.99"}} 0."#
    )
}
