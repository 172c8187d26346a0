//! Partitions that wait for something else than the log are told for as long as they do.

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use event_log::{Delivered, EventLog, Group, LogError, MemoryLog, PartitionId, Position, Subscription};
use events::{Record, Topic};
use service::{Health, Policy, Supervisor};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, Consumer, records, until};
use crate::handlers::Noting;

type Trouble = Arc<Mutex<Option<LogError>>>;

/// A log whose members say that something holds records up.
struct HeldUpLog {
    log: MemoryLog,
    trouble: Trouble,
    /// What the next member is told that asks for records.
    told: Trouble,
}

struct HeldUpMember {
    inner: Box<dyn Subscription>,
    trouble: Trouble,
    told: Trouble,
}

#[async_trait]
impl EventLog for HeldUpLog {
    async fn ensure_topic(&self, topic: &Topic, partitions: u32) -> Result<(), LogError> {
        self.log.ensure_topic(topic, partitions).await
    }

    async fn partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        self.log.partitions(topic).await
    }

    async fn append(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        self.log.append(topic, records).await
    }

    async fn read(&self, id: &PartitionId, from: u64, limit: usize) -> Result<Vec<Delivered>, LogError> {
        self.log.read(id, from, limit).await
    }

    async fn bounds(&self, partition: &PartitionId) -> Result<Range<u64>, LogError> {
        self.log.bounds(partition).await
    }

    async fn offset_at(&self, partition: &PartitionId, time: OffsetDateTime) -> Result<u64, LogError> {
        self.log.offset_at(partition, time).await
    }

    async fn committed(&self, group: &Group, partition: &PartitionId) -> Result<u64, LogError> {
        self.log.committed(group, partition).await
    }

    async fn subscribe(&self, group: &Group, topics: &[Topic]) -> Result<Box<dyn Subscription>, LogError> {
        let inner = self.log.subscribe(group, topics).await?;
        let (trouble, told) = (Arc::clone(&self.trouble), Arc::clone(&self.told));
        Ok(Box::new(HeldUpMember { inner, trouble, told }))
    }
}

#[async_trait]
impl Subscription for HeldUpMember {
    async fn next(&mut self, limit: usize) -> Result<Vec<Delivered>, LogError> {
        let told = self.told.lock().unwrap().take();
        match told {
            Some(error) => Err(error),
            None => self.inner.next(limit).await,
        }
    }

    async fn commit(&mut self, partition: &PartitionId, next: u64) -> Result<(), LogError> {
        self.inner.commit(partition, next).await
    }

    fn assignment(&self) -> Vec<PartitionId> {
        self.inner.assignment()
    }

    fn pause(&mut self, partitions: &[PartitionId]) {
        self.inner.pause(partitions);
    }

    fn resume(&mut self, partitions: &[PartitionId]) {
        self.inner.resume(partitions);
    }

    fn held_up(&self) -> Option<LogError> {
        self.trouble.lock().unwrap().clone()
    }

    async fn leave(self: Box<Self>) -> Result<(), LogError> {
        self.inner.leave().await
    }
}

#[tokio::test(start_paused = true)]
async fn its_code_is_told_until_it_is_over_though_the_log_answers() {
    let bench = Bench::new(1).await;
    let why = LogError::SchemaUnknown { code: "REGISTRY_UNAVAILABLE", why: "it is away".to_owned() };
    let trouble = Trouble::default();
    let mut parts = bench.parts.clone();
    let (log, told) = (bench.log.clone(), Trouble::default());
    parts.log = Arc::new(HeldUpLog { log, trouble: Arc::clone(&trouble), told });
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
    let (log, trouble) = (bench.log.clone(), Trouble::default());
    let mut parts = bench.parts.clone();
    parts.log = Arc::new(HeldUpLog { log, trouble, told });
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
