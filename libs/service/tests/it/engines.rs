//! An engine's output follows from its input.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use event_log::{EventLog, Group, LogError, PartitionId};
use events::delivery::DeadLetterRetried;
use events::{Message, Record, Service, Topic};
use service::{Engine, Failure, Health, Policy, Running};
use telemetry::testing::Counts;
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, records, telling, topic, until};
use crate::handlers::name;
use crate::measured::{of_group, sent};
use crate::odd_log::{OddLog, Trouble};

/// Puts what it reads in capitals. What begins with `x` does not concern it.
struct Capitals {
    large: AtomicBool,
}

#[async_trait]
impl Engine for Capitals {
    fn service(&self) -> Service {
        Service::Explain
    }

    fn topics(&self) -> Vec<Topic> {
        vec![topic()]
    }

    async fn output(&self, message: &Message) -> Result<Option<Message>, Failure> {
        let name = name(message).to_uppercase();
        assert!(!name.starts_with('P'), "the words of {name}");
        if name.starts_with('X') {
            return Ok(None);
        }
        let by = if self.large.load(Ordering::Relaxed) { "x".repeat(8 << 20) } else { "engine".to_owned() };
        Ok(Some(message.output(Service::Explain, DeadLetterRetried { by, ..telling(name) })))
    }

    fn failed(&self, message: &Message, code: &'static str, by: String) -> Option<Message> {
        let failed = DeadLetterRetried { by, ..telling(code.to_owned()) };
        (name(message) != "a1").then(|| message.output(Service::Explain, failed))
    }
}

async fn output(bench: &Bench) -> Vec<Record> {
    let partition = PartitionId { topic: Service::Explain.topic(), partition: 0 };
    let delivered = bench.log.read(&partition, 0, 100).await.unwrap();
    delivered.into_iter().map(|delivered| delivered.record).collect()
}

fn start(
    bench: &Bench,
    policy: Policy,
) -> (Arc<Capitals>, CancellationToken, tokio::task::JoinHandle<Result<(), Failure>>) {
    let engine = Arc::new(Capitals { large: AtomicBool::new(false) });
    let shutdown = CancellationToken::new();
    let running = Running { shutdown: shutdown.clone(), component: Health::default().component("engine") };
    let dynamic: Arc<dyn Engine> = engine.clone();
    let task = tokio::spawn(service::run_engine(dynamic, bench.parts.clone(), policy, running));
    (engine, shutdown, task)
}

#[tokio::test(start_paused = true)]
async fn an_output_is_appended_before_its_input_is_committed_and_is_the_same_each_time() {
    let bench = Bench::new(1).await;
    bench.log.ensure_topic(&Service::Explain.topic(), 1).await.unwrap();
    bench.append(&[records("a", [1, 2]), records("x", [1])].concat()).await;
    let policy = Policy { commit_within: std::time::Duration::from_secs(3600), ..Policy::default() };
    let (_, _, task) = start(&bench, policy);
    until("the outputs are there", async || output(&bench).await.len() == 2).await;
    task.abort();
    let _ = task.await;
    let (_, shutdown, task) = start(&bench, Policy::default());
    let partition = PartitionId { topic: topic(), partition: 0 };
    let group = Group::new("explain");
    until("all are committed", async || bench.log.committed(&group, &partition).await.unwrap() == 3).await;
    let output = output(&bench).await;
    assert_eq!(output.len(), 4);
    assert_eq!(output[..2], output[2..], "the same bytes again");
    let messages: Vec<_> = output.iter().map(|record| events::decode(record).unwrap()).collect();
    assert_eq!(messages.iter().map(name).collect::<Vec<_>>(), ["A1", "A2", "A1", "A2"]);
    assert_eq!(messages[1].envelope.sequence, 2);
    shutdown.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_output_waits_for_its_topic() {
    let bench = Bench::new(1).await;
    bench.append(&records("a", [1])).await;
    let (_, shutdown, task) = start(&bench, Policy::default());
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    assert!(bench.letters().await.is_empty(), "it is no fault of the event");
    bench.log.ensure_topic(&Service::Explain.topic(), 1).await.unwrap();
    until("the output is there", async || output(&bench).await.len() == 1).await;
    shutdown.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_for_is_parked() {
    let bench = Bench::new(1).await;
    bench.log.ensure_topic(&Service::Explain.topic(), 1).await.unwrap();
    let (engine, shutdown, task) = start(&bench, Policy::default());
    engine.large.store(true, Ordering::Relaxed);
    bench.append(&records("a", [1])).await;
    until("it is parked", async || bench.letters().await.len() == 1).await;
    assert_eq!(bench.letters().await[0].3, "LOG_RECORD_TOO_LARGE");
    shutdown.cancel();
    task.await.unwrap().unwrap();
}

/// Nobody waits for ever, and what the panic says is not for people.
#[tokio::test(start_paused = true)]
async fn an_engine_that_breaks_down_says_so_and_goes_on() {
    let (counts, bench) = (Counts::of_this_thread().unwrap(), Bench::new(1).await);
    bench.log.ensure_topic(&Service::Explain.topic(), 1).await.unwrap();
    let (_, shutdown, task) = start(&bench, Policy::default());
    bench.append(&[records("p", [1, 2]), records("b", [1])].concat()).await;
    until("all are answered", async || output(&bench).await.len() == 3).await;
    let outputs = output(&bench).await;
    let told: Vec<_> = outputs.iter().map(|record| events::decode(record).unwrap()).collect();
    assert_eq!(told.iter().map(name).collect::<Vec<_>>(), ["ENGINE_PANICKED", "ENGINE_PANICKED", "B1"]);
    let events::Event::DeadLetterRetried(first) = &told[0].event else { panic!("{told:?}") };
    let why = "the service explain broke down on this input, each time that it was tried";
    assert_eq!(first.by, why);
    assert!(bench.letters().await.is_empty());
    let group = Group::new("explain");
    let partition = PartitionId { topic: topic(), partition: 0 };
    until("all are committed", async || bench.log.committed(&group, &partition).await.unwrap() == 3).await;
    // It is done with all, and has handled one.
    let count = |metric| counts.of(&of_group(metric, "explain", ""));
    assert_eq!(count("messaging_client_consumed_messages_total"), Some(3.0));
    assert_eq!(count("messaging_process_duration_seconds_count"), Some(1.0));
    assert_eq!(sent(&counts, Service::Explain), Some(3.0));
    shutdown.cancel();
    task.await.unwrap().unwrap();
}

/// It was sent in one batch with another that is too large.
#[tokio::test(start_paused = true)]
async fn an_output_that_is_refused_for_its_neighbour_is_appended_all_the_same() {
    let mut bench = Bench::new(1).await;
    bench.log.ensure_topic(&Service::Explain.topic(), 1).await.unwrap();
    let error = LogError::RecordTooLarge { topic: Service::Explain.topic(), size: 9, limit: None };
    let refused: Trouble = Arc::new(Mutex::new(Some(error)));
    let (log, of_log) = (bench.log.clone(), Arc::clone(&refused));
    bench.parts.log = Arc::new(OddLog { log, refused: of_log, ..OddLog::default() });
    bench.append(&records("b", [1])).await;
    let (_, shutdown, task) = start(&bench, Policy::default());
    until("the output is there", async || output(&bench).await.len() == 1).await;
    assert!(refused.lock().unwrap().is_none(), "it was refused");
    assert_eq!(name(&events::decode(&output(&bench).await[0]).unwrap()), "B1");
    shutdown.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_output_that_no_log_takes_is_told() {
    let bench = Bench::new(1).await;
    bench.log.ensure_topic(&Service::Explain.topic(), 1).await.unwrap();
    let (engine, shutdown, task) = start(&bench, Policy::default());
    engine.large.store(true, Ordering::Relaxed);
    bench.append(&records("b", [1])).await;
    until("it is told", async || output(&bench).await.len() == 1).await;
    assert_eq!(name(&events::decode(&output(&bench).await[0]).unwrap()), "LOG_RECORD_TOO_LARGE");
    shutdown.cancel();
    task.await.unwrap().unwrap();
}
