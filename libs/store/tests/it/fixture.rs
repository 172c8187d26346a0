//! Stores to test.

use std::sync::atomic::{AtomicI64, Ordering};

use embedded_postgres::testing::{TestDatabase, TestPostgres};
use store::{Database, PostgresStore};
use time::{Duration, OffsetDateTime};

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
