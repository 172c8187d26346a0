//! Five services, each of which decides about every event of the one before: consumer, decision, commit, outbox, log.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use benches::Figure;
use benches::processor::own_seconds;
use embedded_postgres::Durability;
use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, Group, KafkaLog, Subscription};
use events::delivery::EventParked;
use events::{Envelope, Message, Record, Service, Topic, encode};
use ids::EventId;
use serde::{Deserialize, Serialize};
use service::{
    Aggregate, Decision, Failure, Handler, Health, Occasion, Parts, Policy, Supervisor, SystemClock, Task,
    consumer, decide, outbox_relay,
};
use store::{Database, MemoryBlobs, PostgresStore};
use tokio_util::sync::CancellationToken;

use crate::broker::Broker;
use crate::relay::Relay;
use crate::story::Story;

/// The first is who is asked; the five that follow are the hops.
const SERVICES: [Service; 6] =
    [Service::Catalog, Service::Promotion, Service::Diff, Service::Cost, Service::Risk, Service::Explain];
const PARTITIONS: u32 = 8;
const ROUNDS: usize = 6;
/// Events of a round.
const EVENTS: usize = 500;
/// The step of the story whose envelope is passed on: an event of an engine.
const STEP: usize = 2;
/// With so many bytes of text, what is passed on is as large as that.
const TEXT: usize = 680;

/// Sends records and sees them arrive at the chain's other end.
pub(crate) trait Chain {
    /// Puts this record at the chain's beginning.
    async fn send(&mut self, record: &Record);
    /// The keys of what has arrived at its end.
    async fn arrived(&mut self) -> Vec<String>;
}

/// What a hop costs, beside the broker's and Postgres' own time.
pub(crate) struct Hop {
    /// Of the services, in seconds.
    pub(crate) processor: f64,
}

pub(crate) async fn run(broker: &Broker) -> Hop {
    let server = TestPostgres::private(Durability::Full).await;
    let database = server.database().await;
    let url = database.url().as_str().to_owned();
    let shutdown = CancellationToken::new();
    let (mut ours, running) = Services::start(broker, &url, &shutdown).await;
    let mut bare = Relay::start(broker, &url).await;
    println!("| five hops | services: ms p50, p99 | bare relay: ms p50, p99 | × p50 | × p99 |");
    println!("|---|---|---|---|---|");
    let (mut number, mut processor) = (0, Vec::new());
    for at_once in [1, 16] {
        let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let busy = own_seconds();
            let times = measure(&mut ours, at_once, &mut number).await;
            let busy = own_seconds() - busy;
            let bare_times = measure(&mut bare, at_once, &mut number).await;
            // In the first round connections are made and statements prepared.
            if round > 0 {
                of_ours.push(times);
                of_bare.push(bare_times);
                processor.push(busy / (EVENTS * 5) as f64);
            }
        }
        print(at_once, &of_ours, &of_bare);
    }
    let hop = Hop { processor: Figure::of(processor).median };
    println!("\nA hop of the services takes {:.0} µs of our processor.\n", hop.processor * 1e6);
    shutdown.cancel();
    running.await.unwrap();
    bare.stop();
    server.stop().await;
    hop
}

/// The milliseconds of each event from one end to the other, with so many under way at once.
async fn measure(chain: &mut impl Chain, at_once: usize, number: &mut usize) -> Vec<f64> {
    let story = Story::new();
    let mut begun = HashMap::new();
    let (mut sent, mut times) = (0, Vec::with_capacity(EVENTS));
    while times.len() < EVENTS {
        while sent < EVENTS && begun.len() < at_once {
            *number += 1;
            let record = encode(&passed_on(&story, *number)).unwrap();
            begun.insert(record.key.clone(), Instant::now());
            chain.send(&record).await;
            sent += 1;
        }
        for key in chain.arrived().await {
            // What a relay wrote twice arrives twice.
            times.extend(begun.remove(&key).map(|began| began.elapsed().as_secs_f64() * 1e3));
        }
    }
    times
}

/// An event that each of the services may write to its own topic: a reader takes no other from all of them.
fn passed_on(story: &Story, number: usize) -> Message {
    let Message { envelope, .. } = story.message(number, STEP);
    let event = EventParked {
        dead_letter: 1,
        consumer: "bench".to_owned(),
        aggregate: envelope.subject.clone(),
        topic: SERVICES[0].topic().to_string(),
        partition: 0,
        offset: 0,
        attempts: 1,
        code: "EVENT_ODD".to_owned(),
        message: "x".repeat(TEXT),
        retried_by: None,
    };
    Message { envelope: Envelope { source: SERVICES[0], ..envelope }, event: event.into() }
}

/// Of each round its percentiles, and of those the median.
fn print(at_once: usize, ours: &[Vec<f64>], bare: &[Vec<f64>]) {
    let of = |rounds: &[Vec<f64>], share: usize| {
        Figure::of(rounds.iter().map(|times| percentile(times, share)).collect()).median
    };
    let (ours_50, ours_99, bare_50, bare_99) = (of(ours, 50), of(ours, 99), of(bare, 50), of(bare, 99));
    println!(
        "| {at_once} at once | {ours_50:.1}, {ours_99:.1} | {bare_50:.1}, {bare_99:.1} | {:.2} | {:.2} |",
        ours_50 / bare_50,
        ours_99 / bare_99
    );
}

fn percentile(times: &[f64], share: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[(times.len() - 1) * share / 100]
}

/// The services, and both ends of their chain.
struct Services {
    log: KafkaLog,
    end: Box<dyn Subscription>,
}

impl Services {
    /// Each service has a client of the log and a schema of its own, as in a process of its own.
    async fn start(
        broker: &Broker,
        url: &str,
        shutdown: &CancellationToken,
    ) -> (Self, tokio::task::JoinHandle<Vec<String>>) {
        let log = broker.log().await;
        for service in SERVICES {
            log.ensure_topic(&service.topic(), PARTITIONS).await.unwrap();
        }
        let mut tasks = Vec::new();
        for pair in SERVICES.windows(2) {
            tasks.extend(hop(broker, url, pair[0], pair[1]).await);
        }
        let supervisor = Supervisor::new(Health::default(), Arc::new(SystemClock));
        let running = tokio::spawn(supervisor.run(tasks, shutdown.clone()));
        let end = log.subscribe(&Group::new("bench-chain"), &[Service::Explain.topic()]).await.unwrap();
        (Self { log, end }, running)
    }
}

impl Chain for Services {
    async fn send(&mut self, record: &Record) {
        self.log.append(&SERVICES[0].topic(), std::slice::from_ref(record)).await.unwrap();
    }

    async fn arrived(&mut self) -> Vec<String> {
        let taken = self.end.next(100).await.unwrap();
        taken.into_iter().map(|delivered| delivered.record.key).collect()
    }
}

async fn hop(broker: &Broker, url: &str, from: Service, service: Service) -> [Task; 2] {
    let database = Database::new(url, service.name(), 4).unwrap();
    let store = PostgresStore::open(&database).await.unwrap();
    let log: Arc<dyn EventLog> = Arc::new(broker.log().await);
    let parts = Parts::new(log, Arc::new(store), Arc::new(MemoryBlobs::default()), Arc::new(SystemClock));
    let passing = Arc::new(Passing { from, service, parts: parts.clone() });
    [consumer(passing, parts.clone(), Policy::default()), outbox_relay(service, parts)]
}

/// Decides that what has happened happens here, too.
struct Passing {
    from: Service,
    service: Service,
    parts: Parts,
}

#[derive(Serialize, Deserialize)]
struct Passed {
    last: EventId,
}

impl Aggregate for Passed {
    fn evolve(_: Option<Self>, message: &Message) -> Option<Self> {
        Some(Self { last: message.envelope.id })
    }
}

#[async_trait]
impl Handler for Passing {
    fn consumer(&self) -> &'static str {
        self.service.name()
    }

    fn service(&self) -> Service {
        self.service
    }

    fn topics(&self) -> Vec<Topic> {
        vec![self.from.topic()]
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let aggregate = message.envelope.subject.clone();
        let occasion = Occasion::event(self.service.name(), self.service, aggregate, message);
        let passed =
            |state: Option<Passed>| Decision { state, events: vec![message.event.clone()], answer: () };
        decide(&self.parts, &occasion, passed).await?;
        Ok(())
    }
}
