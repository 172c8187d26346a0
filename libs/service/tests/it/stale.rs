//! A process that stood still while another took its work over: what it decides when it goes on is refused by the store, and what
//! it writes again is dropped by who reads it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use embedded_postgres::testing::TestDatabase;
use event_log::{Delivered, EventLog, Group, Limits, MemoryLog, PartitionId};
use events::{Message, Record, Service, Topic, decode, encode};
use serde::{Deserialize, Serialize};
use service::{
    Aggregate, Clock, Decision, Done, Engine, Failure, Handler, Health, Occasion, Parts, Policy, Running,
    SystemClock, decide,
};
use store::{MemoryBlobs, MemoryStore, OutboxRelay, Store};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::block_in_place;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::bench::{Consumer, ORG, message_of, telling, until};
use crate::handlers::name;

/// What is read in these tests, of one partition.
const INPUT: Service = Service::Cost;

/// Two processes of one service, and one of another that reads what they write.
pub(crate) struct Stage {
    pub(crate) first: Parts,
    pub(crate) second: Parts,
    pub(crate) reader: Parts,
    /// Lets the first process reach the log, or not.
    pub(crate) reach: Box<dyn Fn(bool) + Send + Sync>,
    pub(crate) _database: Option<TestDatabase>,
}

/// The parts of a process.
pub(crate) fn parts(log: Arc<dyn EventLog>, store: Arc<dyn Store>) -> Parts {
    Parts::new(log, store, Arc::new(MemoryBlobs::default()), Arc::new(SystemClock))
}

impl Stage {
    /// The twins in memory.
    async fn in_memory() -> Self {
        let log = MemoryLog::new(Limits::default(), Duration::from_millis(300));
        for service in Service::ALL {
            log.ensure_topic(&service.topic(), 1).await.unwrap();
        }
        let store = || Arc::new(MemoryStore::new(|| SystemClock.now()));
        let (shared, link) = (store(), log.client());
        Self {
            first: parts(Arc::new(link.clone()), shared.clone()),
            second: parts(Arc::new(log.client()), shared),
            reader: parts(Arc::new(log), store()),
            reach: Box::new(move |reaches| if reaches { link.reconnect() } else { link.disconnect() }),
            _database: None,
        }
    }

    /// Appends the next event of a key.
    async fn append(&self, key: &str, sequence: u64) {
        let record = encode(&message_of(INPUT, key, sequence)).unwrap();
        self.second.log.append(&INPUT.topic(), &[record]).await.unwrap();
    }

    /// What is on a service's topic of a key.
    async fn written(&self, service: Service, key: &str) -> Vec<Delivered> {
        let partition = PartitionId { topic: service.topic(), partition: 0 };
        let written = self.second.log.read(&partition, 0, 1_000).await.unwrap();
        written.into_iter().filter(|delivered| delivered.record.key == key).collect()
    }

    async fn names(&self, service: Service, key: &str) -> Vec<String> {
        self.written(service, key).await.iter().map(|one| name(&decode(&one.record).unwrap())).collect()
    }

    /// What a reader of a service's topic makes of it: the names of what it handled, when it has read all.
    async fn read(&self, consumer: &'static str, from: Service, key: &'static str) -> Vec<String> {
        let reader = Deciding::new(consumer, (from, Service::Gitops), key, Guard::Mark, &self.reader);
        let running = reader.start();
        let (group, partition) = (Group::new(consumer), PartitionId { topic: from.topic(), partition: 0 });
        let log = &self.reader.log;
        let end = log.bounds(&partition).await.unwrap().end;
        until("all is read", async || log.committed(&group, &partition).await.is_ok_and(|next| next >= end))
            .await;
        running.stop().await.unwrap();
        reader.told().into_iter().map(|told| told.event).collect()
    }
}

/// The names that an aggregate was given, one after another.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Names(Vec<String>);

impl Aggregate for Names {
    fn evolve(state: Option<Self>, message: &Message) -> Option<Self> {
        let before = state.map_or(Vec::new(), |names| names.0);
        Some(Self(before.into_iter().chain([name(message)]).collect()))
    }
}

/// What keeps a decision from being made twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// The mark of what is handled: whoever decides knows nothing of what was decided before.
    Mark,
    /// The version of the state alone, in which whoever decides sees what was decided before.
    Version,
}

/// What a decider was told of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    event: String,
    /// How often it decided.
    decisions: u32,
    was_handled_before: bool,
}

/// Makes an event of each event of a key. Between the state that it was given and what it commits, it stands still.
struct Deciding {
    consumer: &'static str,
    from: Service,
    service: Service,
    key: &'static str,
    guard: Guard,
    parts: Parts,
    gate: Gate,
    told: Mutex<Vec<Told>>,
}

impl Deciding {
    fn new(
        consumer: &'static str,
        (from, service): (Service, Service),
        key: &'static str,
        guard: Guard,
        parts: &Parts,
    ) -> Arc<Self> {
        let (parts, gate, told) = (parts.clone(), Gate::open(), Mutex::default());
        Arc::new(Self { consumer, from, service, key, guard, parts, gate, told })
    }

    /// One that stands still at what it is given first.
    fn standing(self: Arc<Self>) -> Arc<Self> {
        let mut deciding = Arc::into_inner(self).unwrap();
        deciding.gate = Gate::closed();
        Arc::new(deciding)
    }

    fn start(self: &Arc<Self>) -> Consumer {
        Consumer::start(self.clone(), self.parts.clone(), Policy::default())
    }

    fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }
}

#[async_trait]
impl Handler for Deciding {
    fn consumer(&self) -> &'static str {
        self.consumer
    }

    fn service(&self) -> Service {
        self.service
    }

    fn topics(&self) -> Vec<Topic> {
        vec![self.from.topic()]
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        if message.envelope.subject != self.key {
            return Ok(());
        }
        let (event, mut decisions) = (name(message), 0);
        let occasion = Occasion::event(self.consumer, self.service, self.key.to_owned(), message);
        let handled = occasion.handled.clone().filter(|_| self.guard == Guard::Mark);
        let done = decide(&self.parts, &Occasion { handled, ..occasion }, |state: Option<Names>| {
            decisions += 1;
            self.gate.pass_blocking();
            let sees = self.guard == Guard::Version;
            let is_known = sees && state.as_ref().is_some_and(|names| names.0.contains(&event));
            let events = if is_known { Vec::new() } else { vec![telling(event.clone()).into()] };
            Decision { state, events, answer: () }
        })
        .await?;
        let was_handled_before = done == Done::HandledBefore;
        self.told.lock().unwrap().push(Told { event, decisions, was_handled_before });
        Ok(())
    }
}

/// Where somebody stands still until it is opened.
struct Gate {
    came: AtomicU32,
    permits: Semaphore,
}

/// Nobody stands still for longer, so that a test that fails ends.
const PATIENCE: Duration = Duration::from_secs(120);

impl Gate {
    fn open() -> Self {
        Self { came: AtomicU32::new(0), permits: Semaphore::new(1) }
    }

    fn closed() -> Self {
        Self { came: AtomicU32::new(0), permits: Semaphore::new(0) }
    }

    async fn pass(&self) {
        self.came.fetch_add(1, Ordering::SeqCst);
        let _permit = timeout(PATIENCE, self.permits.acquire()).await.expect("it is opened");
    }

    fn pass_blocking(&self) {
        block_in_place(|| Handle::current().block_on(self.pass()));
    }

    async fn until_reached(&self) {
        until("it stands still", async || self.came.load(Ordering::SeqCst) == 1).await;
    }

    fn opens(&self) {
        self.permits.add_permits(1);
    }
}

/// Publishes what a process commits, until this is dropped.
fn relay(parts: &Parts) -> DropGuard {
    let (relay, shutdown) =
        (OutboxRelay::new(parts.store.clone(), parts.log.clone()), CancellationToken::new());
    let stop = shutdown.clone();
    tokio::spawn(async move { relay.run(stop).await });
    shutdown.drop_guard()
}

/// The first process has decided and not committed when it is cut off from the log for longer than its session. The other one is
/// given the partition, decides about the same event and publishes. Then the first goes on, as the member that it thinks it is.
pub(crate) async fn a_stale_decision_is_refused(stage: &Stage, guard: Guard) {
    let (consumer, reader, key) = match guard {
        Guard::Mark => ("deciding-by-mark", "reading-by-mark", "by-mark-"),
        Guard::Version => ("deciding-by-version", "reading-by-version", "by-version-"),
    };
    let way = (INPUT, Service::Promotion);
    let first = Deciding::new(consumer, way, key, guard, &stage.first).standing();
    let second = Deciding::new(consumer, way, key, guard, &stage.second);
    let _relay = relay(&stage.second);
    stage.append(key, 1).await;
    let running_first = first.start();
    first.gate.until_reached().await;
    (stage.reach)(false);
    let running_second = second.start();
    stage.append(key, 2).await;
    until("the other has decided", async || second.told().len() == 2).await;
    let published = [format!("{key}1"), format!("{key}2")];
    until("that is published", async || stage.names(Service::Promotion, key).await == published).await;

    first.gate.opens();
    until("the first goes on", async || first.told().len() == 1).await;
    let refused = match guard {
        Guard::Mark => Told { event: format!("{key}1"), decisions: 1, was_handled_before: true },
        // Refused, it looked again, and saw that nothing was left to decide.
        Guard::Version => Told { event: format!("{key}1"), decisions: 2, was_handled_before: false },
    };
    assert_eq!(first.told(), [refused]);
    (stage.reach)(true);
    stage.append(key, 3).await;
    let names: Vec<String> = (1..=3).map(|sequence| format!("{key}{sequence}")).collect();
    until("the next is published", async || stage.names(Service::Promotion, key).await.len() >= 3).await;
    assert_eq!(stage.names(Service::Promotion, key).await, names, "each once, and in order");
    let stored = stage.second.store.load(ORG, key).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.sequence), (3, 3));
    assert_eq!(stored.state, serde_json::json!(names));

    // A relay that got no answer appends again what is there.
    let written = stage.written(Service::Promotion, key).await;
    let again: Vec<Record> = written.into_iter().map(|delivered| delivered.record).collect();
    stage.second.log.append(&Service::Promotion.topic(), &again).await.unwrap();
    assert_eq!(stage.read(reader, Service::Promotion, key).await, names, "a reader handles each once");
    running_first.stop().await.unwrap();
    running_second.stop().await.unwrap();
}

/// An engine that stands still before it answers.
struct Capitals {
    key: &'static str,
    gate: Gate,
}

#[async_trait]
impl Engine for Capitals {
    fn service(&self) -> Service {
        Service::Risk
    }

    fn topics(&self) -> Vec<Topic> {
        vec![INPUT.topic()]
    }

    async fn output(&self, message: &Message) -> Result<Option<Message>, Failure> {
        if message.envelope.subject != self.key {
            return Ok(None);
        }
        self.gate.pass().await;
        Ok(Some(message.output(Service::Risk, telling(name(message).to_uppercase()))))
    }
}

/// An engine, until what it is given is dropped.
fn start(engine: &Arc<Capitals>, parts: &Parts) -> DropGuard {
    let shutdown = CancellationToken::new();
    let running = Running { shutdown: shutdown.clone(), component: Health::default().component("engine") };
    let (engine, parts): (Arc<dyn Engine>, _) = (engine.clone(), parts.clone());
    tokio::spawn(service::run_engine(engine, parts, Policy::default(), running));
    shutdown.drop_guard()
}

/// An engine commits nothing that could refuse it: it writes what another has written meanwhile, the same bytes under the same
/// identifier (where nothing is traced), and who reads drops it.
pub(crate) async fn a_stale_output_is_dropped_by_readers(stage: &Stage) {
    let key = "of-engine-";
    let first = Arc::new(Capitals { key, gate: Gate::closed() });
    let second = Arc::new(Capitals { key, gate: Gate::open() });
    stage.append(key, 1).await;
    let _first = start(&first, &stage.first);
    first.gate.until_reached().await;
    (stage.reach)(false);
    let _second = start(&second, &stage.second);
    stage.append(key, 2).await;
    let names = ["OF-ENGINE-1", "OF-ENGINE-2"];
    until("the other has answered", async || stage.names(Service::Risk, key).await == names).await;

    (stage.reach)(true);
    first.gate.opens();
    // The second event may be given to it, too, before it hears that it is a member no more.
    until("the first has, too", async || stage.written(Service::Risk, key).await.len() >= 3).await;
    let written = stage.written(Service::Risk, key).await;
    assert_eq!(written[2].record, written[0].record, "the same bytes under the same identifier");
    assert_eq!(
        stage.read("reading-of-engine", Service::Risk, key).await,
        names,
        "a reader handles each once"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_that_another_has_made_is_refused_by_its_mark() {
    a_stale_decision_is_refused(&Stage::in_memory().await, Guard::Mark).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_upon_a_state_of_before_is_refused_by_its_version() {
    a_stale_decision_is_refused(&Stage::in_memory().await, Guard::Version).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_output_that_another_has_written_is_dropped_by_readers() {
    a_stale_output_is_dropped_by_readers(&Stage::in_memory().await).await;
}
