//! What the tests of the log in Postgres share.

use std::str::FromStr;
use std::time::Duration;

use embedded_postgres::testing::TestDatabase;
use event_log::{Delivered, EventLog, Group, PartitionId, PostgresLog, Settings, Subscription};
use events::{Headers, Record, Topic};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use test_proxy::{Proxy, Server};
use tokio::time::{sleep, timeout};

/// Short leases; and polling once an hour, so that whoever waits is woken by something else.
pub(crate) fn settings() -> Settings {
    Settings {
        connections: 4,
        lease: Duration::from_millis(1_500),
        heartbeat: Duration::from_millis(300),
        poll: Duration::from_secs(3_600),
        announce: Duration::from_millis(5),
        request_timeout: Duration::from_secs(5),
        ..Settings::default()
    }
}

/// Leases that do not end while a test runs.
pub(crate) fn long_leases() -> Settings {
    Settings { lease: Duration::from_secs(3_600), ..settings() }
}

fn options(database: &TestDatabase) -> PgConnectOptions {
    PgConnectOptions::from_str(database.url().as_str()).unwrap()
}

pub(crate) async fn connect(database: &TestDatabase, settings: Settings) -> PostgresLog {
    PostgresLog::connect(options(database), settings).await.unwrap()
}

/// A client, and the line by which it reaches the server.
pub(crate) async fn connect_by_proxy(database: &TestDatabase, settings: Settings) -> (PostgresLog, Proxy) {
    let options = options(database);
    let socket = options.get_socket().unwrap().join(format!(".s.PGSQL.{}", options.get_port()));
    let proxy = Proxy::start(0, Server::Socket(socket)).await;
    let through = PgConnectOptions::new()
        .host("127.0.0.1")
        .port(proxy.port())
        .username(options.get_username())
        .database(options.get_database().unwrap())
        .ssl_mode(PgSslMode::Disable);
    (PostgresLog::connect(through, settings).await.unwrap(), proxy)
}

pub(crate) fn topic() -> Topic {
    Topic::new("tests.v1")
}

pub(crate) fn partition(partition: u32) -> PartitionId {
    PartitionId { topic: topic(), partition }
}

pub(crate) fn record(key: &str, value: &str) -> Record {
    Record { key: key.to_owned(), headers: Headers::default(), value: value.as_bytes().to_vec() }
}

pub(crate) async fn append(log: &PostgresLog, value: &str) -> u64 {
    log.append(&topic(), &[record("key", value)]).await.unwrap()[0].offset
}

pub(crate) async fn join(log: &PostgresLog, group: &str) -> Box<dyn Subscription> {
    log.subscribe(&Group::new(group), &[topic()]).await.unwrap()
}

pub(crate) fn values(records: &[Delivered]) -> Vec<&str> {
    records.iter().map(|delivered| str::from_utf8(&delivered.record.value).unwrap()).collect()
}

/// How many statements wait for a lock.
pub(crate) async fn waiting_for_locks(pool: &PgPool) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity \
               WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

/// What comes of it, which must come some time.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), future).await.expect("what the test waits for did not come")
}

/// Asks until it is so.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    within(async {
        while !is_so().await {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}
