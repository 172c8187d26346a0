//! The tables of the log.

use std::str::FromStr;

use embedded_postgres::testing::TestPostgres;
use event_log::{EventLog, LogError, PostgresLog};
use sqlx::postgres::PgConnectOptions;

use crate::fixtures::{append, connect, settings, topic};

/// Processes that start at once on an empty database all come up.
#[tokio::test]
async fn the_schema_is_made_once() {
    let database = TestPostgres::shared().await.database().await;
    let starting: Vec<_> = (0..4)
        .map(|_| {
            let options = PgConnectOptions::from_str(database.url().as_str()).unwrap();
            tokio::spawn(PostgresLog::connect(options, settings()))
        })
        .collect();
    for log in starting {
        let log = log.await.unwrap().unwrap();
        log.ensure_topic(&topic(), 1).await.unwrap();
        append(&log, "value").await;
    }
    let sql = "SELECT next_offset FROM log.partitions";
    let offsets: Vec<i64> = sqlx::query_scalar(sql).fetch_all(&database.pool().await).await.unwrap();
    assert_eq!(offsets, [4]);
}

/// A database that a newer version has migrated is left alone.
#[tokio::test]
async fn a_newer_schema_is_refused() {
    let database = TestPostgres::shared().await.database().await;
    drop(connect(&database, settings()).await);
    let sql = "INSERT INTO log.migrations_log (version, description, success, checksum, execution_time) \
               VALUES (9999, 'of a later version', true, '', 0)";
    sqlx::query(sql).execute(&database.pool().await).await.unwrap();
    let options = PgConnectOptions::from_str(database.url().as_str()).unwrap();
    let refused = PostgresLog::connect(options, settings()).await.unwrap_err();
    assert_eq!(refused, LogError::Newer { found: 9999, known: 1 });
    assert_eq!(refused.code(), "DATABASE_NEWER");
}

/// A database whose tables another build has made is left alone.
#[tokio::test]
async fn another_schema_is_refused() {
    let database = TestPostgres::shared().await.database().await;
    drop(connect(&database, settings()).await);
    let sql = "UPDATE log.migrations_log SET checksum = 'another' WHERE version = 1";
    sqlx::query(sql).execute(&database.pool().await).await.unwrap();
    let options = PgConnectOptions::from_str(database.url().as_str()).unwrap();
    let refused = PostgresLog::connect(options, settings()).await.unwrap_err();
    assert_eq!(refused, LogError::Mismatch { version: 1 });
}

/// Who may use the schema, but not make one, can start.
#[tokio::test]
async fn a_schema_that_exists_needs_no_right_to_make_one() {
    let database = TestPostgres::shared().await.database().await;
    let pool = database.pool().await;
    sqlx::raw_sql("CREATE SCHEMA log").execute(&pool).await.unwrap();
    let sql = "DO $$ BEGIN EXECUTE format('REVOKE CREATE ON DATABASE %I FROM CURRENT_USER', current_database()); END $$";
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    let denied = sqlx::raw_sql("CREATE SCHEMA other").execute(&pool).await.unwrap_err();
    assert!(denied.to_string().contains("permission denied"), "{denied}");
    connect(&database, settings()).await.ensure_topic(&topic(), 1).await.unwrap();
}

/// A log that is not what it must be is not taken for one that cannot be reached.
#[tokio::test]
async fn a_missing_table_is_damage() {
    let database = TestPostgres::shared().await.database().await;
    let log = connect(&database, settings()).await;
    log.ensure_topic(&topic(), 1).await.unwrap();
    append(&log, "value").await;
    sqlx::raw_sql("DROP TABLE log.records").execute(&database.pool().await).await.unwrap();
    let partition = crate::fixtures::partition(0);
    let damaged = log.read(&partition, 0, 1).await.unwrap_err();
    assert!(matches!(damaged, LogError::Damaged(_)), "{damaged}");
    assert_eq!(damaged.code(), "LOG_DAMAGED");
}
