//! A log, a store and consumers upon them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use event_log::{EventLog, Group, MemoryLog, PartitionId};
use events::catalog::OrganisationCreated;
use events::delivery::DeadLetterRetried;
use events::{Envelope, Event, EventBody, Message, Record, Service, Topic};
use ids::{EventId, OrgId};
use service::{Clock, DeadLetters, Failure, Handler, Health, Parts, Policy, Running};
use store::{MemoryBlobs, MemoryStore};
use time::OffsetDateTime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const ORG: OrgId = OrgId::new(Uuid::from_u128(0xa));

/// Time as tokio has it, and identifiers one after another.
#[derive(Debug)]
pub(crate) struct TestClock {
    began: tokio::time::Instant,
    ids: AtomicU64,
}

impl Default for TestClock {
    fn default() -> Self {
        Self { began: tokio::time::Instant::now(), ids: AtomicU64::new(1) }
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + self.began.elapsed()
    }

    fn new_id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.ids.fetch_add(1, Ordering::Relaxed)))
    }
}

/// What tests are made on: the topic of the catalog, read by consumers of the promotion service.
pub(crate) struct Bench {
    pub(crate) log: MemoryLog,
    pub(crate) parts: Parts,
}

impl Bench {
    pub(crate) async fn new(partitions: u32) -> Self {
        let log = MemoryLog::default();
        log.ensure_topic(&topic(), partitions).await.unwrap();
        log.ensure_topic(&Service::Promotion.topic(), 1).await.unwrap();
        let clock = Arc::new(TestClock::default());
        let now = Arc::clone(&clock);
        let store = Arc::new(MemoryStore::new(move || now.now()));
        let parts = Parts::new(Arc::new(log.clone()), store, Arc::new(MemoryBlobs::default()), clock);
        Self { log, parts }
    }

    pub(crate) async fn append(&self, records: &[Record]) {
        self.log.append(&topic(), records).await.unwrap();
    }

    pub(crate) fn consume(&self, handler: &Arc<impl Handler>) -> Consumer {
        self.consume_with(handler, Policy::default())
    }

    pub(crate) fn consume_with(&self, handler: &Arc<impl Handler>, policy: Policy) -> Consumer {
        Consumer::start(Arc::clone(handler) as Arc<dyn Handler>, self.parts.clone(), policy)
    }

    pub(crate) async fn committed(&self, partition: u32) -> u64 {
        let partition = PartitionId { topic: topic(), partition };
        self.log.committed(&Group::new("tests"), &partition).await.unwrap()
    }

    pub(crate) fn dead_letters(&self) -> DeadLetters {
        DeadLetters::new(Service::Promotion, &self.parts)
    }

    /// The states of all dead letters: offset, state, attempts, code.
    pub(crate) async fn letters(&self) -> Vec<(u64, String, u32, String)> {
        let letters = self.parts.store.dead_letters(None, 0, 1000).await.unwrap();
        let row = |letter: store::DeadLetter| {
            let inner = letter.letter;
            (inner.position.offset, format!("{:?}", letter.state), inner.attempts, inner.code)
        };
        letters.into_iter().map(row).collect()
    }

    /// What the service has to publish.
    pub(crate) async fn outbox(&self) -> Vec<Message> {
        let rows = self.parts.store.outbox(1000).await.unwrap();
        rows.into_iter().map(|(_, row)| events::decode(&row.record).unwrap()).collect()
    }
}

/// A consumer that runs.
pub(crate) struct Consumer {
    pub(crate) health: Health,
    shutdown: CancellationToken,
    task: JoinHandle<Result<(), Failure>>,
}

impl Consumer {
    pub(crate) fn start(handler: Arc<dyn Handler>, parts: Parts, policy: Policy) -> Self {
        let (health, shutdown) = (Health::default(), CancellationToken::new());
        let running = Running { shutdown: shutdown.clone(), component: health.component("consumer") };
        let task = tokio::spawn(service::consume(handler, parts, policy, running));
        Self { health, shutdown, task }
    }

    /// Starts it again when it ends with a failure, as the supervisor does: on a busy machine the log may be away.
    pub(crate) fn kept_up(handler: Arc<dyn Handler>, parts: Parts, policy: Policy) -> Self {
        let (health, shutdown) = (Health::default(), CancellationToken::new());
        let running = Running { shutdown: shutdown.clone(), component: health.component("consumer") };
        let task = tokio::spawn(async move {
            loop {
                let ended =
                    service::consume(Arc::clone(&handler), parts.clone(), policy, running.clone()).await;
                if ended.is_ok() || running.shutdown.is_cancelled() {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        Self { health, shutdown, task }
    }

    /// Stops in order.
    pub(crate) async fn stop(self) -> Result<(), Failure> {
        self.shutdown.cancel();
        self.task.await.unwrap()
    }

    /// Stops at once, as a crash does.
    pub(crate) async fn crash(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }

    pub(crate) fn reasons(&self) -> Vec<(String, String)> {
        let report = self.health.status();
        let reasons = &report.components["consumer"].reasons;
        reasons.iter().map(|(what, reason)| (what.clone(), reason.code.clone())).collect()
    }
}

pub(crate) fn topic() -> Topic {
    Service::Catalog.topic()
}

/// The event of this aggregate with this number.
pub(crate) fn message(key: &str, sequence: u64) -> Message {
    let event = OrganisationCreated { name: format!("{key}{sequence}"), by: "ana".to_owned() };
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, event.name.as_bytes());
    let envelope = Envelope {
        id: EventId::new(id),
        source: Service::Catalog,
        subject: key.to_owned(),
        time: OffsetDateTime::UNIX_EPOCH,
        org: ORG,
        sequence,
        causation: None,
        correlation: Uuid::NAMESPACE_URL,
        traceparent: None,
    };
    Message { envelope, event: event.into() }
}

/// What a service tells of this: an event that every service writes to its own topic.
pub(crate) fn telling(name: String) -> DeadLetterRetried {
    DeadLetterRetried { dead_letter: 1, consumer: "tests".to_owned(), aggregate: name, by: "ana".to_owned() }
}

/// The event of this aggregate with this number, as another service than the catalog tells it.
pub(crate) fn message_of(source: Service, key: &str, sequence: u64) -> Message {
    let envelope = Envelope { source, ..message(key, sequence).envelope };
    Message { envelope, event: telling(format!("{key}{sequence}")).into() }
}

pub(crate) fn record(key: &str, sequence: u64) -> Record {
    events::encode(&message(key, sequence)).unwrap()
}

/// The events of one aggregate: `[KEY1, KEY2, …]`.
pub(crate) fn records(key: &str, sequences: impl IntoIterator<Item = u64>) -> Vec<Record> {
    sequences.into_iter().map(|sequence| record(key, sequence)).collect()
}

/// An event that cannot be read.
pub(crate) fn poison(key: &str, sequence: u64) -> Record {
    let mut record = record(key, sequence);
    record.value.truncate(7);
    record
}

/// Waits, in paused time, until it is so.
pub(crate) async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    for _ in 0..100_000 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what}: not within 1000 s");
}

/// The type and the aggregate of events.
pub(crate) fn told(messages: &[Message]) -> Vec<(&'static str, String, u64)> {
    let row = |message: &Message| {
        let short = message.event.event_type().rsplit('.').next().unwrap();
        (short, message.envelope.subject.clone(), message.envelope.sequence)
    };
    messages.iter().map(row).collect()
}

pub(crate) fn is<E: EventBody>(event: &Event) -> bool {
    event.event_type() == E::TYPE
}
