//! What Postgres does when it is not well.

use std::sync::Arc;
use std::time::Duration;

use embedded_postgres::Durability;
use embedded_postgres::testing::TestPostgres;
use event_log::partition_of;
use ids::BlobHash;
use sqlx::AssertSqlSafe;
use store::{Blobs, Database, OutboxRelay, PostgresBlobs, PostgresStore, Publisher, Store, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::faulty_log::FaultyLog;
use crate::fixture::{END_THE_PUBLISHER, ORG, add, database, event, eventually, outgoing, postgres, schema};

async fn run(database: &Database, statement: &'static str) {
    sqlx::raw_sql(statement).execute(database.pool()).await.unwrap();
}

/// The numbers are drawn in one order and committed in the other: nothing is skipped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_committed_late_is_published() {
    let store = postgres().await;
    let log = Arc::new(FaultyLog::default());
    let shutdown = CancellationToken::new();
    let relay = OutboxRelay::new(Arc::new(store.clone()), Arc::clone(&log) as _);
    let stop = shutdown.clone();
    let running = tokio::spawn(async move { relay.run(stop).await });

    // Another process draws a number, and takes its time.
    let mut late = store.database().pool().begin().await.unwrap();
    let row = outgoing("plimsoll.test.v1", "late", 1);
    let names = vec![b"ce_sequence".to_vec()];
    sqlx::query(
        "INSERT INTO outbox (topic, key, header_names, header_values, value, hash) VALUES ($1, $2, $3, $4, '', $5)",
    )
    .bind(row.topic.as_str())
    .bind(b"late".as_slice())
    .bind(names)
    .bind(vec![b"1".to_vec()])
    .bind(i32::try_from(partition_of(b"late", 1 << 31)).unwrap())
    .execute(&mut *late)
    .await
    .unwrap();
    for _ in 0..5 {
        add(&store, "a").await.unwrap();
    }
    eventually("the others", async || log.sequences("a").len() >= 5).await;
    assert!(log.sequences("late").is_empty());
    late.commit().await.unwrap();
    eventually("the late one", async || !log.sequences("late").is_empty()).await;
    shutdown.cancel();
    running.await.unwrap();
    assert_eq!(log.sequences("a"), [1, 2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_right_to_publish_ends_with_its_connection() {
    let store = postgres().await;
    let mut publisher = store.publisher().await.unwrap();
    assert!(publisher.holds().await);
    run(store.database(), END_THE_PUBLISHER).await;
    let mut next = store.publisher().await.unwrap();
    assert!(next.holds().await);
    assert!(!publisher.holds().await);
}

#[tokio::test]
async fn schemas_publish_side_by_side() {
    let database = database().await;
    let mut held: Vec<Box<dyn Publisher>> = Vec::new();
    for service in ["promotion", "catalog"] {
        let store = PostgresStore::open(&schema(&database, service)).await.unwrap();
        add(&store, service).await.unwrap();
        held.push(store.publisher().await.unwrap());
        assert_eq!(store.backlog().await.unwrap().rows, 1, "{service} sees its own");
    }
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_full() {
    let database = database().await;
    let own = schema(&database, "promotion");
    let store = PostgresStore::open(&own).await.unwrap();
    add(&store, "a").await.unwrap();
    // What Postgres says when a file cannot grow.
    run(
        &own,
        "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
         CREATE TRIGGER no_space BEFORE INSERT ON outbox EXECUTE FUNCTION no_space()",
    )
    .await;
    let error = add(&store, "a").await.unwrap_err();
    assert!(matches!(&error, StoreError::Full(text) if text.contains("No space left")), "{error:?}");
    assert!(error.is_transient());
    assert_eq!(store.load(ORG, "a").await.unwrap().unwrap().version, 1, "all or nothing");
    run(&own, "DROP TRIGGER no_space ON outbox").await;
    add(&store, "a").await.unwrap();
    // A standby says so.
    let read_only = "DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
    END $$";
    run(&own, read_only).await;
    let standby = PostgresStore::open(&schema(&database, "catalog")).await.unwrap_err();
    assert_eq!(standby.code(), "STORE_FULL", "{standby}");
}

#[tokio::test]
async fn who_is_not_let_in_is_told() {
    let database = database().await;
    let elsewhere = database.url().as_str().replacen("///test_", "///nowhere_", 1);
    let error = PostgresStore::open(&Database::new(&elsewhere, "promotion", 1).unwrap()).await.unwrap_err();
    assert_eq!(error.code(), "STORE_REFUSED", "{error}");
    // Nobody listens on a socket that is not there.
    let nobody = "postgres:///plimsoll?host=/nonexistent";
    let error = PostgresStore::open(&Database::new(nobody, "promotion", 1).unwrap()).await.unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("STORE_UNAVAILABLE", true), "{error}");
}

#[test]
fn a_password_is_not_shown() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = "postgres://plimsoll:hunter2@127.0.0.1:1/plimsoll";
        let database = Database::new(url, "promotion", 1).unwrap();
        let error = PostgresStore::open(&database).await.unwrap_err();
        assert_eq!(error.code(), "STORE_UNAVAILABLE", "{error}");
        for text in [format!("{database:?}"), format!("{error} {error:?}")] {
            assert!(!text.contains("hunter2"), "{text}");
        }
        let wrong = Database::new("postgres://plimsoll:hunter2@127.0.0.1:port/plimsoll", "promotion", 1);
        let text = format!("{:?}", wrong.unwrap_err());
        assert!(text.contains("Refused") && !text.contains("hunter2"), "{text}");
    });
}

#[tokio::test]
async fn a_blob_with_other_bytes_is_found_and_mended() {
    let database = database().await;
    let blobs = PostgresBlobs::open(database.url().as_str(), 2).await.unwrap();
    let hash = blobs.put(ORG, b"abc").await.unwrap();
    let pool = database.pool().await;
    // Postgres itself takes no other bytes. A disk does not ask it.
    let statement = format!("UPDATE blob.blobs SET bytes = 'abd' WHERE hash = '\\x{hash}'");
    let refused = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&pool).await.unwrap_err();
    assert!(refused.to_string().contains("blobs_named_by_hash"), "{refused}");
    let damage = format!(
        "ALTER TABLE blob.blobs DROP CONSTRAINT blobs_named_by_hash; {statement};
         ALTER TABLE blob.blobs ADD CONSTRAINT blobs_named_by_hash CHECK (hash = sha256(bytes)) NOT VALID"
    );
    sqlx::raw_sql(AssertSqlSafe(damage)).execute(&pool).await.unwrap();
    let error = blobs.get(ORG, hash).await.unwrap_err();
    assert!(matches!(&error, StoreError::Damaged(text) if text.contains(&hash.to_string())), "{error:?}");
    assert!(!error.is_transient());
    // Who still has the bytes keeps them again.
    assert_eq!(blobs.put(ORG, b"abc").await.unwrap(), BlobHash::of(b"abc"));
    assert_eq!(blobs.get(ORG, hash).await.unwrap().unwrap(), b"abc");
}

/// Deciders go on through three crashes of Postgres; what was acknowledged is published, in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_postgres_is_killed() {
    const EVENTS: u64 = 60;
    let server = TestPostgres::private(Durability::Full).await;
    let database = server.database().await;
    let store = PostgresStore::open(&schema(&database, "promotion")).await.unwrap();
    let log = Arc::new(FaultyLog::default());
    let shutdown = CancellationToken::new();
    let relay = OutboxRelay::new(Arc::new(store.clone()), Arc::clone(&log) as _);
    let stop = shutdown.clone();
    let running = tokio::spawn(async move { relay.run(stop).await });

    let mut deciders = JoinSet::new();
    for key in ["a", "b", "c"] {
        let store = store.clone();
        deciders.spawn(async move {
            let mut acknowledged = 0;
            while acknowledged < EVENTS {
                acknowledged = decide(&store, key, acknowledged).await;
            }
        });
    }
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(150)).await;
        server.kill();
    }
    while let Some(decided) = deciders.join_next().await {
        decided.unwrap();
    }
    for key in ["a", "b", "c"] {
        eventually("the last event", async || log.read(key).len() >= EVENTS as usize).await;
        assert_eq!(log.read(key), (1..=EVENTS).collect::<Vec<_>>(), "{key}");
    }
    shutdown.cancel();
    running.await.unwrap();
    server.stop().await;
}

/// One more event, unless what was acknowledged is gone. Gives how far the aggregate is known to be.
async fn decide(store: &PostgresStore, key: &str, acknowledged: u64) -> u64 {
    let stored = match store.load(ORG, key).await {
        Ok(stored) => stored.map_or(0, |stored| stored.version),
        Err(error) => return away(error, acknowledged).await,
    };
    assert!(stored >= acknowledged, "{key}: {acknowledged} was acknowledged and {stored} is there");
    match store.commit(event(key, stored, stored + 1)).await {
        Ok(()) => stored + 1,
        Err(error) => away(error, stored).await,
    }
}

async fn away(error: StoreError, known: u64) -> u64 {
    assert!(error.is_transient(), "{error:?}");
    tokio::time::sleep(Duration::from_millis(20)).await;
    known
}
