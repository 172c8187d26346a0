//! Partitions that wait for something else than the log are told for as long as they do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_log::LogError;
use service::{Health, Policy, Supervisor};
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, Consumer, records, until};
use crate::handlers::Noting;
use crate::odd_log::{OddLog, Trouble};

#[tokio::test(start_paused = true)]
async fn its_code_is_told_until_it_is_over_though_the_log_answers() {
    let bench = Bench::new(1).await;
    let why = LogError::SchemaUnknown { code: "REGISTRY_UNAVAILABLE", why: "it is away".to_owned() };
    let trouble = Trouble::default();
    let mut parts = bench.parts.clone();
    let (log, trouble_of_log) = (bench.log.clone(), Arc::clone(&trouble));
    parts.log = Arc::new(OddLog { log, trouble: trouble_of_log, ..OddLog::default() });
    let handler = Noting::able();
    let consumer = Consumer::start(handler.clone(), parts, Policy::default());
    until("it is ready", async || consumer.health.status().is_ok()).await;
    *trouble.lock().unwrap() = Some(why);
    let told = [("schemas".to_owned(), "REGISTRY_UNAVAILABLE".to_owned())];
    until("it is told", async || consumer.reasons() == told).await;
    for sequence in 1..=20 {
        bench.append(&records("a", [sequence])).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(consumer.reasons(), told, "neither records nor commits nor the log's answers end it");
    }
    assert_eq!(handler.handled().len(), 20);
    *trouble.lock().unwrap() = None;
    until("it is ready again", async || consumer.health.status().is_ok()).await;
    consumer.stop().await.unwrap();
}

/// What fetched for a member has broken down: another follows it, and health tells meanwhile why there is none.
#[tokio::test(start_paused = true)]
async fn a_member_that_has_ended_by_itself_is_followed_by_another() {
    let (bench, health, shutdown) = (Bench::new(1).await, Health::default(), CancellationToken::new());
    let told = Arc::new(Mutex::new(Some(LogError::Ended("a thread".to_owned()))));
    let mut parts = bench.parts.clone();
    parts.log = Arc::new(OddLog { log: bench.log.clone(), told, ..OddLog::default() });
    let handler = Noting::able();
    let task = service::consumer(handler.clone(), parts, Policy::default());
    let supervisor = Supervisor::new(health.clone(), Arc::clone(&bench.parts.clock));
    let run = tokio::spawn(supervisor.run(vec![task], shutdown.clone()));
    let reason = || {
        let report = health.status().components.remove("tests/consume")?;
        Some((report.status, report.reasons.get("task")?.code.clone()))
    };
    until("it is told", async || reason() == Some(("restarting", "TASK_PANICKED".to_owned()))).await;
    until("it is ready again", async || health.status().is_ok()).await;
    bench.append(&records("a", [1, 2])).await;
    until("events are handled", async || handler.handled().len() == 2).await;
    shutdown.cancel();
    assert!(run.await.unwrap().is_empty());
}
