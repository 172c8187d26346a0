//! The gateway's projections made again from the log, as `plimsoll projection rebuild` does it, against COPY of the rows
//! that come of it into the same tables, with the same indexes, in the same database.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use benches::Figure;
use benches::processor::own_seconds;
use embedded_postgres::Durability;
use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog as _, Group, KafkaLog, PartitionId};
use events::{Record, Service, Topic, encode};
use futures::TryStreamExt as _;
use gateway::{Differences, ProjectionOperations, Projections};
use service::{Parts, SystemClock};
use sqlx::postgres::{PgPool, PgPoolCopyExt as _};
use sqlx::{AssertSqlSafe, PgConnection};
use store::{Database, MemoryBlobs, PostgresStore};

use crate::broker::Broker;
use crate::story::Story;

const ROUNDS: usize = 3;
const PARTITIONS: u32 = 8;
/// What `docs/projections.md` lists.
const TABLES: [&str; 8] =
    ["promotion", "figures", "phrased", "waiver", "token", "organisation", "audit_log", "seen"];

pub(crate) async fn run(broker: &Broker, events: usize) {
    let server = TestPostgres::private(Durability::Full).await;
    let database = server.database().await;
    let replay = Replay::new(broker, database.url().as_str(), events).await;
    let (mut ours, mut theirs, mut processor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let busy = own_seconds();
        ours.push(replay.rebuild().await);
        processor.push(own_seconds() - busy);
        theirs.push(replay.copy().await);
    }
    replay.print(ours, theirs, Figure::of(processor).median).await;
    drop(replay);
    server.stop().await;
}

struct Replay {
    operations: ProjectionOperations,
    pool: PgPool,
    events: u64,
}

impl Replay {
    /// A log of so many events, all of which the gateway's group has committed.
    async fn new(broker: &Broker, url: &str, events: usize) -> Self {
        let log = broker.log().await;
        let events = fill(&log, events).await;
        commit(&log).await;
        let database = Database::new(url, "gateway", 4).unwrap();
        Projections::open(&database).await.unwrap();
        let store = PostgresStore::open(&database).await.unwrap();
        let parts = Parts::new(
            Arc::new(log),
            Arc::new(store),
            Arc::new(MemoryBlobs::default()),
            Arc::new(SystemClock),
        );
        let operations = ProjectionOperations::new(url, &parts).unwrap();
        Self { operations, pool: database.pool().clone(), events }
    }

    /// Seconds from the first record until all are in the tables. What is compared and renamed after is not counted.
    async fn rebuild(&self) -> f64 {
        let began = Instant::now();
        let folded = Mutex::new(None);
        let tell = |records| {
            if records == self.events {
                folded.lock().unwrap().get_or_insert(began.elapsed());
            }
        };
        let rebuilt = self.operations.rebuild(Differences::Accept, tell).await.unwrap();
        assert!(rebuilt.swapped && rebuilt.records == self.events, "{} records", rebuilt.records);
        let folded: Option<Duration> = *folded.lock().unwrap();
        folded.expect("it told when it was there").as_secs_f64()
    }

    /// Seconds to COPY what the projection holds into tables that are as empty as those were. What is copied is at hand.
    async fn copy(&self) -> f64 {
        self.run("DROP SCHEMA IF EXISTS copied CASCADE; CREATE SCHEMA copied").await;
        let mut seconds = 0.0;
        for table in TABLES {
            self.run(&format!("CREATE TABLE copied.{table} (LIKE gateway.{table} INCLUDING ALL)")).await;
            let rows = self.pool.copy_out_raw(&format!("COPY gateway.{table} TO STDOUT")).await.unwrap();
            let rows: Vec<_> = rows.try_collect().await.unwrap();
            let mut connection = self.pool.acquire().await.unwrap();
            let began = Instant::now();
            copy_in(&mut connection, table, &rows).await;
            seconds += began.elapsed().as_secs_f64();
        }
        self.run("DROP SCHEMA copied CASCADE").await;
        seconds
    }

    async fn run(&self, statements: &str) {
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&self.pool).await.unwrap();
    }

    async fn print(&self, ours: Vec<f64>, theirs: Vec<f64>, processor: f64) {
        println!("| {} events | seconds: min, median, max | events a second |", self.events);
        println!("|---|---|---|");
        for (name, seconds) in [("folded into the projections", &ours), ("COPY of their rows", &theirs)] {
            let Figure { min, median, max } = Figure::of(seconds.clone());
            println!("| {name} | {min:.1}, {median:.1}, {max:.1} | {:.0} |", self.events as f64 / median);
        }
        let ratio = Figure::of(theirs).median / Figure::of(ours).median;
        println!("| speed, as a ratio of the medians | {ratio:.2} | |");
        let status = self.operations.status().await.unwrap();
        let rows = status.tables.iter().filter(|table| table.rows > 0);
        let rows: Vec<String> = rows.map(|table| format!("{} {}", table.rows, table.table)).collect();
        println!(
            "\nRows: {}. Our own processor's time {processor:.1} s a replay, with the comparison.\n",
            rows.join(", ")
        );
    }
}

async fn copy_in(connection: &mut PgConnection, table: &str, rows: &[impl AsRef<[u8]>]) {
    let statement = format!("COPY copied.{table} FROM STDIN");
    let mut copy = connection.copy_in_raw(&statement).await.unwrap();
    for some in rows.chunks(256) {
        let bytes: Vec<u8> = some.iter().flat_map(|row| row.as_ref()).copied().collect();
        copy.send(bytes).await.unwrap();
    }
    copy.finish().await.unwrap();
}

async fn fill(log: &KafkaLog, events: usize) -> u64 {
    for service in Service::ALL {
        log.ensure_topic(&service.topic(), PARTITIONS).await.unwrap();
    }
    let (mut count, mut waiting) = (0, std::collections::BTreeMap::<Topic, Vec<Record>>::new());
    for message in Story::new().messages(events) {
        let topic = message.envelope.source.topic();
        let records = waiting.entry(topic.clone()).or_default();
        records.push(encode(&message).unwrap());
        if records.len() == 5_000 {
            log.append(&topic, &std::mem::take(records)).await.unwrap();
        }
        count += 1;
    }
    for (topic, records) in waiting {
        log.append(&topic, &records).await.unwrap();
    }
    count
}

/// The gateway's group has come to the end of every partition.
async fn commit(log: &KafkaLog) {
    let topics = Service::ALL.map(Service::topic);
    let mut member = log.subscribe(&Group::new("gateway"), &topics).await.unwrap();
    while member.assignment().len() < topics.len() * PARTITIONS as usize {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for topic in topics {
        for partition in 0..PARTITIONS {
            let partition = PartitionId { topic: topic.clone(), partition };
            let end = log.bounds(&partition).await.unwrap().end;
            if end > 0 {
                member.commit(&partition, end).await.unwrap();
            }
        }
    }
    member.leave().await.unwrap();
}
