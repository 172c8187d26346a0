//! Stores to test, and what is put in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use embedded_postgres::testing::{TestDatabase, TestPostgres};
use events::{Record, Topic};
use ids::OrgId;
use serde_json::json;
use store::{Commit, Database, MemoryStore, Outgoing, PostgresStore, Store, StoreError};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub(crate) const ORG: OrgId = OrgId::new(Uuid::from_u128(0xa));

/// Ends the session that holds the right to publish.
pub(crate) const END_THE_PUBLISHER: &str =
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// A clock that goes on by a millisecond whenever it is looked at.
pub(crate) fn ticking() -> impl Fn() -> OffsetDateTime + Send + Sync + 'static {
    let ticks = AtomicI64::new(0);
    move || OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(ticks.fetch_add(1, Ordering::Relaxed))
}

pub(crate) async fn database() -> TestDatabase {
    TestPostgres::shared().await.database().await
}

pub(crate) fn schema(database: &TestDatabase, name: &str) -> Database {
    Database::new(database.url().as_str(), name, 4).unwrap()
}

pub(crate) async fn postgres() -> PostgresStore {
    PostgresStore::open(&schema(&database().await, "agent-ingest")).await.unwrap()
}

/// Both twins.
pub(crate) async fn stores() -> [Arc<dyn Store>; 2] {
    [Arc::new(MemoryStore::new(ticking())), Arc::new(postgres().await)]
}

pub(crate) fn outgoing(topic: &str, key: &str, sequence: u64) -> Outgoing {
    let headers = [("ce_sequence", sequence.to_string())].into_iter().collect();
    let record = Record { key: key.to_owned(), headers, value: b"event".to_vec() };
    Outgoing { topic: Topic::new(topic), record }
}

/// Commits the next event of an aggregate.
pub(crate) async fn add(store: &dyn Store, aggregate: &str) -> Result<(), StoreError> {
    let stored = store.load(ORG, aggregate).await?;
    let (version, sequence) = stored.map_or((0, 1), |stored| (stored.version, stored.sequence + 1));
    store.commit(event(aggregate, version, sequence)).await
}

/// A commit of one event.
pub(crate) fn event(aggregate: &str, expected_version: u64, sequence: u64) -> Commit {
    Commit {
        org: ORG,
        aggregate: aggregate.to_owned(),
        expected_version,
        sequence,
        state: json!({}),
        handled: None,
        command: None,
        outbox: vec![outgoing("plimsoll.test.v1", aggregate, sequence)],
    }
}

/// Waits for something that comes by itself. The limit is no measure: it ends a test that would hang.
pub(crate) async fn eventually(what: &str, mut comes: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !comes().await {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let limit = std::time::Duration::from_secs(90);
    tokio::time::timeout(limit, wait).await.unwrap_or_else(|_| panic!("{what} never came"));
}
