//! `make bench`: the event log in Postgres, against plain statements that write the same bytes to the same server, which
//! flushes every commit to the disk.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench is where time is measured, and may fail"
)]

use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use benches::Figure;
use embedded_postgres::Durability;
use embedded_postgres::testing::{TestDatabase, TestPostgres};
use event_log::{EventLog, Group, PostgresLog, Settings};
use events::{Headers, Record, Topic};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::sync::Notify;

const APPENDERS: usize = 8;
const ROUNDS: usize = 5;
const HOPS: usize = 400;
/// As large as an event of a preview.
const BYTES: usize = 1_024;

#[tokio::main]
async fn main() {
    let server = TestPostgres::private(Durability::Full).await;
    let database = server.database().await;
    let bench = Bench::new(&database).await;
    println!("| 8 appenders | log: records a second | plain INSERTs | × |");
    println!("|---|---|---|---|");
    for (name, batch, calls) in [("one record a call", 1, 250), ("100 records a call", 100, 25)] {
        bench.appends(name, batch, calls).await;
    }
    println!();
    println!("| one event after the other | log: ms p50, p95 | peer: ms p50, p95 | × p50 |");
    println!("|---|---|---|---|");
    bench.hops().await;
    server.stop().await;
}

struct Bench {
    log: PostgresLog,
    topic: Topic,
    plain: PgPool,
}

impl Bench {
    async fn new(database: &TestDatabase) -> Self {
        let options = PgConnectOptions::from_str(database.url().as_str()).unwrap();
        let log = PostgresLog::connect(options.clone(), Settings::default()).await.unwrap();
        let topic = Topic::new("bench.v1");
        log.ensure_topic(&topic, 4).await.unwrap();
        let plain = PgPoolOptions::new()
            .max_connections(u32::try_from(APPENDERS).unwrap())
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .unwrap();
        let table = "CREATE TABLE plain (id bigserial PRIMARY KEY, key bytea NOT NULL, value bytea NOT NULL)";
        sqlx::raw_sql(table).execute(&plain).await.unwrap();
        Self { log, topic, plain }
    }

    async fn appends(&self, name: &str, batch: usize, calls: usize) {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let log = rate(batch, calls, async |records| {
                self.log.append(&self.topic, &records).await.unwrap();
            });
            let log = log.await;
            let plain = rate(batch, calls, async |records| insert(&self.plain, &records).await).await;
            // The first round fills caches.
            if round > 0 {
                ours.push(log);
                theirs.push(plain);
            }
        }
        let (ours, theirs) = (Figure::of(ours).median, Figure::of(theirs).median);
        println!("| {name} | {ours:.0} | {theirs:.0} | {:.2} |", ours / theirs);
    }

    /// From before the append until after the commit of what was delivered, against an INSERT and a wake-up.
    async fn hops(&self) {
        // Nothing is there that it would read first.
        let topic = Topic::new("hops.v1");
        self.log.ensure_topic(&topic, 4).await.unwrap();
        let mut member =
            self.log.subscribe(&Group::new("bench"), std::slice::from_ref(&topic)).await.unwrap();
        let (mut ours, mut theirs, mut parts) = (Vec::new(), Vec::new(), [const { Vec::new() }; 3]);
        for hop in 0..HOPS {
            let records = records(1, hop);
            let start = Instant::now();
            self.log.append(&topic, &records).await.unwrap();
            let appended = start.elapsed();
            let taken = member.next(100).await.unwrap();
            let delivered = start.elapsed();
            let at = &taken.last().unwrap().position;
            member.commit(&at.partition, at.offset + 1).await.unwrap();
            let committed = start.elapsed();
            ours.push(committed.as_secs_f64() * 1e3);
            for (part, time) in parts.iter_mut().zip([appended, delivered - appended, committed - delivered])
            {
                part.push(time.as_secs_f64() * 1e3);
            }
            theirs.push(self.bare(&records).await);
        }
        let (ours_50, ours_95) = percentiles(ours);
        let (theirs_50, theirs_95) = percentiles(theirs);
        println!(
            "| append, delivered, committed; an INSERT and a wake-up | {ours_50:.2}, {ours_95:.2} | {theirs_50:.2}, \
             {theirs_95:.2} | {:.2} |",
            ours_50 / theirs_50
        );
        let [append, deliver, commit] = parts.map(|part| percentiles(part).0);
        println!(
            "\nOf a hop: append {append:.2} ms, delivery {deliver:.2} ms, commit {commit:.2} ms (each p50)."
        );
    }

    async fn bare(&self, records: &[Record]) -> f64 {
        let woken = Arc::new(Notify::new());
        let waiting = tokio::spawn({
            let woken = Arc::clone(&woken);
            async move { woken.notified().await }
        });
        tokio::task::yield_now().await;
        let start = Instant::now();
        insert(&self.plain, records).await;
        woken.notify_one();
        waiting.await.unwrap();
        start.elapsed().as_secs_f64() * 1e3
    }
}

/// Records a second when several append at once.
async fn rate(batch: usize, calls: usize, append: impl AsyncFn(Vec<Record>)) -> f64 {
    let appender = async |appender: usize| {
        for call in 0..calls {
            append(records(batch, appender * calls + call)).await;
        }
    };
    let start = Instant::now();
    futures::future::join_all((0..APPENDERS).map(appender)).await;
    (APPENDERS * calls * batch) as f64 / start.elapsed().as_secs_f64()
}

fn records(count: usize, seed: usize) -> Vec<Record> {
    let record = |n: usize| Record {
        key: format!("aggregate-{}", seed.wrapping_mul(31).wrapping_add(n)),
        headers: Headers::default(),
        value: vec![b'x'; BYTES],
    };
    (0..count).map(record).collect()
}

async fn insert(pool: &PgPool, records: &[Record]) {
    let keys: Vec<&[u8]> = records.iter().map(|record| record.key.as_bytes()).collect();
    let values: Vec<&[u8]> = records.iter().map(|record| record.value.as_slice()).collect();
    let sql = "INSERT INTO plain (key, value) SELECT * FROM UNNEST($1::bytea[], $2::bytea[])";
    sqlx::query(sql).bind(keys).bind(values).execute(pool).await.unwrap();
}

fn percentiles(mut figures: Vec<f64>) -> (f64, f64) {
    figures.sort_by(f64::total_cmp);
    (figures[figures.len() / 2], figures[figures.len() * 95 / 100])
}
