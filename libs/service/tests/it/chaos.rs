//! Everything at once: failures, panics, crashes, two members, doubled records, retries. In the end each event has had its
//! effect once and in its order, and what was parked is told of once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, Group, LogError, MemoryLog, PartitionId, PostgresLog};
use events::{Message, Service, Topic};
use seeded::Lot;
use service::{Backoff, Clock, DeadLetterError, DeadLetters, Failure, Handler, Parts, Policy, SystemClock};
use store::{Commit, DeadLetterState, Handled, MemoryBlobs, MemoryStore, PostgresStore, Store, StoreError};

use crate::bench::{Consumer, ORG, TestClock, record, topic};
use crate::handlers::name;

const KEYS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const PARTITIONS: u32 = 3;

/// Adds each event's name to its aggregate's state, as a decider does, and fails in every way before and after it.
pub(crate) struct Deciding {
    store: Arc<dyn Store>,
    seed: u64,
    calls: AtomicU64,
    calm: AtomicBool,
}

#[async_trait]
impl Handler for Deciding {
    fn consumer(&self) -> &'static str {
        "tests"
    }

    fn service(&self) -> Service {
        Service::Promotion
    }

    fn topics(&self) -> Vec<Topic> {
        vec![topic()]
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let mut dice = Lot::new(self.seed.wrapping_mul(31).wrapping_add(call));
        // Some events are at fault for longer than they are tried.
        let stubborn = message.envelope.sequence % 7 == 3;
        let calm = self.calm.load(Ordering::SeqCst);
        match dice.below(10) {
            _ if calm => {}
            0..=6 if stubborn => return Err(Failure::unhandled("EVENT_ODD", "odd")),
            0 => return Err(Failure::unhandled("EVENT_ODD", "odd")),
            1 => return Err(Failure::unavailable("DATABASE_AWAY", "away")),
            2 => panic!("odd"),
            3 => tokio::time::sleep(Duration::from_millis(dice.below(30))).await,
            _ => {}
        }
        self.decide(message).await?;
        match dice.below(10) {
            _ if calm => Ok(()),
            0 => Err(Failure::unavailable("DATABASE_AWAY", "away after the commit")),
            1 => Err(Failure::unhandled("EVENT_ODD", "odd after the commit")),
            _ => Ok(()),
        }
    }
}

impl Deciding {
    /// Fails as the seed says, unless it is calm.
    pub(crate) fn new(store: Arc<dyn Store>, seed: u64, calm: bool) -> Self {
        Self { store, seed, calls: AtomicU64::new(0), calm: AtomicBool::new(calm) }
    }

    async fn decide(&self, message: &Message) -> Result<(), Failure> {
        let key = message.envelope.subject.clone();
        let stored = self.store.load(ORG, &key).await?;
        let version = stored.as_ref().map_or(0, |stored| stored.version);
        let mut names: Vec<String> =
            stored.map(|stored| serde_json::from_value(stored.state).unwrap()).unwrap_or_default();
        names.push(name(message));
        let handled = Handled {
            consumer: "tests".to_owned(),
            topic: topic(),
            aggregate: key.clone(),
            sequence: message.envelope.sequence,
        };
        let commit = Commit {
            org: ORG,
            aggregate: key,
            expected_version: version,
            sequence: 0,
            state: serde_json::to_value(names).unwrap(),
            handled: Some(handled),
            command: None,
            outbox: Vec::new(),
        };
        Ok(self.store.commit(commit).await?)
    }
}

/// What happens, in which order, follows from the seed.
struct Chaos {
    dice: Lot,
    log: Arc<dyn EventLog>,
    parts: Vec<Parts>,
    handler: Arc<Deciding>,
    members: Vec<Option<Consumer>>,
    written: BTreeMap<&'static str, u64>,
}

impl Chaos {
    /// `parts` are those of two members, with a store and a log in common.
    async fn new(seed: u64, parts: Vec<Parts>) -> Self {
        let (log, store) = (Arc::clone(&parts[0].log), Arc::clone(&parts[0].store));
        log.ensure_topic(&topic(), PARTITIONS).await.unwrap();
        let handler = Arc::new(Deciding::new(store, seed, false));
        let members = parts.iter().map(|_| None).collect();
        Self { dice: Lot::new(seed), log, parts, handler, members, written: BTreeMap::new() }
    }

    fn start(&mut self, member: usize) {
        let policy = Policy {
            attempts: 3,
            backoff: Backoff { first: Duration::from_millis(2), longest: Duration::from_millis(50) },
            batch: 5,
            waiting: 8,
            commit_within: Duration::from_millis(20),
            poll: Duration::from_millis(100),
            ..Policy::default()
        };
        let handler: Arc<dyn Handler> = self.handler.clone();
        self.members[member] = Some(Consumer::kept_up(handler, self.parts[member].clone(), policy));
    }

    async fn step(&mut self) {
        let member = self.dice.below(self.members.len() as u64) as usize;
        match self.dice.below(20) {
            0..=11 => self.write().await,
            12 => self.retry(1).await,
            13 => {
                if let Some(consumer) = self.members[member].take() {
                    consumer.crash().await;
                }
            }
            14 => {
                if let Some(consumer) = self.members[member].take() {
                    consumer.stop().await.unwrap();
                }
            }
            15 | 16 if self.members[member].is_none() => self.start(member),
            _ => tokio::time::sleep(Duration::from_millis(self.dice.below(40))).await,
        }
    }

    /// The next event of some aggregate, sometimes twice.
    async fn write(&mut self) {
        let key = KEYS[self.dice.below(KEYS.len() as u64) as usize];
        let sequence = self.written.entry(key).or_default();
        *sequence += 1;
        let records = vec![record(key, *sequence); 1 + usize::from(self.dice.below(8) == 0)];
        // Records that were appended without an answer come twice, as others do.
        reached(async || self.log.append(&topic(), &records).await).await;
    }

    /// Asks for some of the letters that wait, whether they are first or not.
    async fn retry(&mut self, share: u64) {
        let letters = DeadLetters::new(Service::Promotion, &self.parts[0]);
        let parked =
            reached(async || letters.store().dead_letters(Some(DeadLetterState::Parked), 0, 1000).await)
                .await;
        for letter in parked {
            if self.dice.below(share + 1) == 0 || share == 0 {
                match letters.retry(letter.id, "ben").await {
                    Ok(_) | Err(DeadLetterError::Waits { .. } | DeadLetterError::Settled { .. }) => {}
                    // Asked again in the next round.
                    Err(DeadLetterError::Store(StoreError::Unavailable(_))) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }

    /// All is well from now on: whatever waits is handled in the end.
    async fn settle(&mut self) {
        self.handler.calm.store(true, Ordering::SeqCst);
        for member in 0..self.members.len() {
            if self.members[member].is_none() {
                self.start(member);
            }
        }
        for _ in 0..3000 {
            self.retry(0).await;
            if self.is_done().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it does not settle: {:?}", self.open_letters().await);
    }

    async fn is_done(&self) -> bool {
        for partition in 0..PARTITIONS {
            let partition = PartitionId { topic: topic(), partition };
            let end = reached(async || self.log.bounds(&partition).await).await.end;
            if reached(async || self.log.committed(&Group::new("tests"), &partition).await).await < end {
                return false;
            }
        }
        self.open_letters().await.is_empty()
    }

    async fn open_letters(&self) -> Vec<(i64, String, DeadLetterState)> {
        let letters = reached(async || self.parts[0].store.dead_letters(None, 0, 10_000).await).await;
        let open = |letter: &store::DeadLetter| {
            matches!(letter.state, DeadLetterState::Parked | DeadLetterState::Retrying)
        };
        letters
            .into_iter()
            .filter(open)
            .map(|letter| (letter.id, letter.letter.record.key, letter.state))
            .collect()
    }

    async fn check(mut self) {
        for consumer in self.members.drain(..).flatten() {
            consumer.stop().await.unwrap();
        }
        let store = &self.parts[0].store;
        for (key, written) in &self.written {
            let state = reached(async || store.load(ORG, key).await).await.unwrap().state;
            let expected: Vec<_> = (1..=*written).map(|sequence| format!("{key}{sequence}")).collect();
            assert_eq!(serde_json::from_value::<Vec<String>>(state).unwrap(), expected);
        }
        // Each letter is an aggregate whose events tell that it was parked, perhaps in vain again, and that it was handled.
        let letters = reached(async || store.dead_letters(None, 0, 10_000).await).await;
        let mut told = BTreeMap::<String, Vec<(u64, &str)>>::new();
        for (_, row) in reached(async || store.outbox(100_000).await).await {
            let message = events::decode(&row.record).unwrap();
            let name = message.event.event_type().rsplit('.').next().unwrap();
            told.entry(message.envelope.subject).or_default().push((message.envelope.sequence, name));
        }
        let named: Vec<_> = letters.iter().map(|letter| format!("dead-letter/{}", letter.id)).collect();
        assert_eq!(told.keys().collect::<BTreeSet<_>>(), named.iter().collect());
        for (letter, told) in told {
            let mut expected: Vec<_> =
                (1..).map(|sequence| (sequence, "EventParked")).take(told.len()).collect();
            expected.last_mut().unwrap().1 = "DeadLetterRetried";
            assert!(told.len() > 1 && told == expected, "{letter}: {told:?}");
        }
    }
}

/// What the store or the log answers, once it does: on a busy machine it may not do so in time.
async fn reached<T, E: Away>(mut ask: impl AsyncFnMut() -> Result<T, E>) -> T {
    loop {
        match ask().await {
            Err(error) if error.is_away() => tokio::time::sleep(Duration::from_millis(50)).await,
            answer => return answer.unwrap(),
        }
    }
}

trait Away: std::fmt::Debug {
    fn is_away(&self) -> bool;
}

impl Away for StoreError {
    fn is_away(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl Away for LogError {
    fn is_away(&self) -> bool {
        self.is_transient()
    }
}

/// The handler's own panics are a part of the test: their traces are slow to write, and hide what fails.
fn without_its_own_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.payload().downcast_ref::<&str>() != Some(&"odd") {
                report(panic);
            }
        }));
    });
}

async fn run(seed: u64, steps: u32, parts: Vec<Parts>) {
    without_its_own_panics();
    let mut chaos = Chaos::new(seed, parts).await;
    chaos.start(0);
    for _ in 0..steps {
        chaos.step().await;
    }
    chaos.settle().await;
    chaos.check().await;
}

#[tokio::test(start_paused = true)]
async fn each_event_has_its_effect_once_and_in_order_whatever_happens() {
    for seed in 0..60 {
        let clock = Arc::new(TestClock::default());
        let log = MemoryLog::default();
        let now = Arc::clone(&clock);
        let store = Arc::new(MemoryStore::new(move || now.now()));
        let part = |log: MemoryLog| {
            Parts::new(Arc::new(log), store.clone(), Arc::new(MemoryBlobs::default()), clock.clone())
        };
        let parts = vec![part(log.client()), part(log.client())];
        run(seed, 300, parts).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_on_postgres() {
    for seed in 100..103 {
        let database = TestPostgres::shared().await.database().await;
        let (clock, url) = (Arc::new(SystemClock), database.url().as_str().to_owned());
        let schema = store::Database::new(&url, "promotion", 8).unwrap();
        let store = Arc::new(PostgresStore::open(&schema).await.unwrap());
        let blobs = Arc::new(MemoryBlobs::default());
        let lease = Duration::from_secs(2);
        let settings =
            event_log::Settings { lease, heartbeat: lease / 4, connections: 4, ..Default::default() };
        let mut parts = Vec::new();
        for _ in 0..2 {
            let log = PostgresLog::connect(url.parse().unwrap(), settings.clone()).await.unwrap();
            parts.push(Parts::new(Arc::new(log), store.clone(), blobs.clone(), clock.clone()));
        }
        run(seed, 200, parts).await;
    }
}
