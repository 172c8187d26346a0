//! Tasks are kept running and stopped together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use event_log::{EventLog, PartitionId};
use events::Service;
use service::{Failure, Health, Policy, Supervisor, Task};
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, record, told, until};
use crate::handlers::{Does, Noting};

fn supervisor(health: &Health, bench: &Bench) -> Supervisor {
    Supervisor::new(health.clone(), Arc::clone(&bench.parts.clock))
}

fn status(health: &Health, task: &str) -> (&'static str, Vec<String>) {
    let report = health.liveness();
    let Some(component) = report.components.get(task) else { return ("none", Vec::new()) };
    (component.status, component.reasons.values().map(|reason| reason.code.clone()).collect())
}

/// Counts how often it is started, fails so many times, and then runs.
fn failing(times: u32, fail: fn() -> Failure) -> (Task, Arc<AtomicU32>) {
    let starts = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&starts);
    let task = Task::new("tests/failing", move |running| {
        let started = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            if started < times {
                return Err(fail());
            }
            running.component.ready();
            running.shutdown.cancelled().await;
            Ok(())
        }
    });
    (task, starts)
}

#[tokio::test(start_paused = true)]
async fn a_task_that_fails_is_started_again() {
    let (bench, health, shutdown) = (Bench::new(1).await, Health::default(), CancellationToken::new());
    assert!(!health.status().is_ok(), "nothing runs yet");
    let (task, starts) = failing(3, || Failure::unhandled("TEST_FAILED", "no"));
    let run = tokio::spawn(supervisor(&health, &bench).run(vec![task], shutdown.clone()));
    until("it was started", async || starts.load(Ordering::SeqCst) == 1).await;
    assert_eq!(status(&health, "tests/failing"), ("restarting", vec!["TEST_FAILED".to_owned()]));
    assert!(health.liveness().is_ok() && !health.status().is_ok());
    until("it is ready", async || health.status().is_ok()).await;
    assert_eq!(starts.load(Ordering::SeqCst), 4);
    shutdown.cancel();
    assert!(run.await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_fails_again_and_again_by_its_own_fault_is_dead_and_one_that_misses_something_is_not() {
    let (bench, health) = (Bench::new(1).await, Health::default());
    let (own, _) = failing(u32::MAX, || Failure::unhandled("TEST_FAILED", "no"));
    let run = tokio::spawn(supervisor(&health, &bench).run(vec![own], CancellationToken::new()));
    until("it is given up", async || status(&health, "tests/failing").0 == "dead").await;
    assert!(!health.liveness().is_ok());
    run.abort();
    let health = Health::default();
    let (away, starts) = failing(u32::MAX, || Failure::unavailable("TEST_AWAY", "no"));
    let run = tokio::spawn(supervisor(&health, &bench).run(vec![away], CancellationToken::new()));
    until("it was tried often", async || starts.load(Ordering::SeqCst) == 20).await;
    assert!(health.liveness().is_ok());
    run.abort();
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_waits_keeps_no_request_from_a_server() {
    let (bench, health, shutdown) = (Bench::new(1).await, Health::default(), CancellationToken::new());
    bench.append(&[record("a", 1)]).await;
    let (server, _) = failing(1, || Failure::unavailable("TEST_AWAY", "no"));
    let handler = Noting::new(|_, _| Does::Miss);
    let consumer = service::consumer(handler.clone(), bench.parts.clone(), Policy::default());
    let tasks = vec![server.serving(), consumer];
    let run = tokio::spawn(supervisor(&health, &bench).run(tasks, shutdown.clone()));
    assert!(!health.readiness().is_ok(), "the server is known before it runs");
    until("the server serves", async || status(&health, "tests/failing").0 == "ready").await;
    until("the consumer waits", async || status(&health, "tests/consume").0 == "waiting").await;
    assert!(health.readiness().is_ok() && !health.status().is_ok());
    handler.does(|_, _| Does::Handle);
    until("all is well", async || health.status().is_ok()).await;
    shutdown.cancel();
    assert!(run.await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_panic_ends_one_try_of_one_task() {
    let (bench, health, shutdown) = (Bench::new(1).await, Health::default(), CancellationToken::new());
    let (sound, _) = failing(0, || Failure::unhandled("TEST_FAILED", "no"));
    let panics = Task::new("tests/panics", |running| async move {
        running.component.ready();
        panic!("a secret");
    });
    let at_once =
        Task::new("tests/at-once", |_| -> std::future::Ready<Result<(), Failure>> { panic!("a secret") });
    let tasks = vec![sound, panics, at_once];
    let run = tokio::spawn(supervisor(&health, &bench).run(tasks, shutdown.clone()));
    for task in ["tests/panics", "tests/at-once"] {
        until("it panicked", async || status(&health, task).0 == "restarting").await;
        assert_eq!(status(&health, task).1, ["TASK_PANICKED"]);
    }
    assert!(!format!("{:?}", health.liveness()).contains("secret"));
    assert_eq!(status(&health, "tests/failing").0, "ready");
    shutdown.cancel();
    assert!(run.await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn tasks_stop_together_and_those_that_do_not_are_named_and_cut_off() {
    let (bench, health, shutdown) = (Bench::new(1).await, Health::default(), CancellationToken::new());
    let (sound, _) = failing(0, || Failure::unhandled("TEST_FAILED", "no"));
    let slow = Task::new("tests/slow", |running| async move {
        running.shutdown.cancelled().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        Ok(())
    });
    let deaf = Task::new("tests/deaf", |_| std::future::pending());
    let supervisor = supervisor(&health, &bench).with_grace(Duration::from_secs(10));
    let run = tokio::spawn(supervisor.run(vec![sound, slow, deaf], shutdown.clone()));
    tokio::time::sleep(Duration::from_secs(60)).await;
    let before = tokio::time::Instant::now();
    shutdown.cancel();
    assert_eq!(run.await.unwrap(), ["tests/deaf"]);
    assert_eq!(before.elapsed().as_secs(), 10);
    assert_eq!(status(&health, "tests/slow").0, "finished");
}

#[tokio::test(start_paused = true)]
async fn what_a_consumer_parks_is_on_the_topic_of_its_service() {
    let (bench, health, shutdown) = (Bench::new(1).await, Health::default(), CancellationToken::new());
    bench.append(&[record("a", 1)]).await;
    let handler = Noting::new(|_, _| Does::Refuse);
    let consumer = service::consumer(handler, bench.parts.clone(), Policy::default());
    let relay = service::outbox_relay(Service::Promotion, bench.parts.clone());
    assert_eq!([consumer.name(), relay.name()], ["tests/consume", "promotion/outbox"]);
    let run = tokio::spawn(supervisor(&health, &bench).run(vec![consumer, relay], shutdown.clone()));
    let partition = PartitionId { topic: Service::Promotion.topic(), partition: 0 };
    until("it is told", async || bench.log.bounds(&partition).await.unwrap() == (0..1)).await;
    let told_of = bench.log.read(&partition, 0, 1).await.unwrap();
    let message = events::decode(&told_of[0].record).unwrap();
    assert_eq!(told(&[message]), [("EventParked", "dead-letter/1".to_owned(), 1)]);
    assert!(health.status().is_ok());
    shutdown.cancel();
    assert!(run.await.unwrap().is_empty());
}
