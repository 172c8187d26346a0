//! A consumer of records as they came.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use event_log::Delivered;
use events::Topic;
use service::{Failure, Health, Policy, RecordHandler, Running};
use telemetry::testing::Counts;
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, poison, record, topic, until};
use crate::measured::of_tests;

/// Keeps places and bytes, and cannot for the first few times.
#[derive(Default)]
struct Keeping {
    away: Mutex<u32>,
    kept: Mutex<Vec<(u64, usize)>>,
}

#[async_trait]
impl RecordHandler for Keeping {
    fn consumer(&self) -> &'static str {
        "tests"
    }

    fn topics(&self) -> Vec<Topic> {
        vec![topic()]
    }

    async fn handle(&self, records: &[Delivered]) -> Result<(), Failure> {
        let mut away = self.away.lock().unwrap();
        if *away > 0 {
            *away -= 1;
            return Err(Failure::unhandled("DISK_ODD", "not now"));
        }
        let rows = records.iter().map(|record| (record.position.offset, record.record.value.len()));
        self.kept.lock().unwrap().extend(rows);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn records_come_as_they_are_and_none_is_ever_parked() {
    let (counts, bench) = (Counts::of_this_thread().unwrap(), Bench::new(1).await);
    let records = [record("a", 1), poison("a", 2), record("a", 3)];
    bench.append(&records).await;
    let handler = Arc::new(Keeping { away: Mutex::new(50), ..Keeping::default() });
    let (health, shutdown) = (Health::default(), CancellationToken::new());
    let running = Running { shutdown: shutdown.clone(), component: health.component("consumer") };
    let dynamic: Arc<dyn RecordHandler> = handler.clone();
    let task =
        tokio::spawn(service::consume_records(dynamic, bench.parts.clone(), Policy::default(), running));
    until("it is not ready", async || !health.status().is_ok()).await;
    until("all are committed", async || bench.committed(0).await == 3).await;
    let expected: Vec<_> = records.iter().zip(0..).map(|(record, at)| (at, record.value.len())).collect();
    assert_eq!(*handler.kept.lock().unwrap(), expected);
    assert!(bench.letters().await.is_empty());
    // Each counts, and all were handled at once.
    let count = |metric| counts.of(&of_tests(metric, ""));
    assert_eq!(count("messaging_client_consumed_messages_total"), Some(3.0));
    assert_eq!(count("messaging_process_duration_seconds_count"), Some(1.0));
    shutdown.cancel();
    task.await.unwrap().unwrap();
}
