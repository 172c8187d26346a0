//! Schemas are brought up to date, together and only forwards.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{Database, Migration, PostgresStore, StoreError};
use tokio::task::JoinSet;

use crate::fixture::{database, schema};

const ONE: Migration = Migration { version: 1, name: "one", sql: "CREATE TABLE one (n int)" };
const TWO: Migration = Migration { version: 2, name: "two", sql: "ALTER TABLE one ADD COLUMN m int" };

async fn run(database: &Database, statement: &str) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(database.pool()).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_start_at_once() {
    let database = database().await;
    let mut starting = JoinSet::new();
    for n in 0..12 {
        let own = schema(&database, ["promotion", "catalog", "audit"][n % 3]);
        starting.spawn(async move {
            PostgresStore::open(&own).await.unwrap();
            own.migrate("own", &[ONE, TWO]).await
        });
    }
    for started in starting.join_all().await {
        started.unwrap();
    }
    run(&schema(&database, "catalog"), "INSERT INTO one VALUES (1, 2); SELECT * FROM outbox").await.unwrap();
}

#[tokio::test]
async fn sets_live_side_by_side_and_grow() {
    let own = schema(&database().await, "gateway");
    PostgresStore::open(&own).await.unwrap();
    own.migrate("gateway", &[ONE]).await.unwrap();
    own.migrate("tokens", &[Migration { sql: "CREATE TABLE token (n int)", ..ONE }]).await.unwrap();
    own.migrate("gateway", &[ONE, TWO]).await.unwrap();
    own.migrate("gateway", &[ONE, TWO]).await.unwrap();
    PostgresStore::open(&own).await.unwrap();
    run(&own, "INSERT INTO one VALUES (1, 2); INSERT INTO token VALUES (1)").await.unwrap();
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let own = schema(&database().await, "gateway");
    own.migrate("gateway", &[ONE, TWO]).await.unwrap();
    let error = own.migrate("gateway", &[ONE]).await.unwrap_err();
    assert_eq!(error.code(), "DATABASE_NEWER");
    let text = "gateway is at migration 2 of gateway, and this release knows 1 at most";
    assert_eq!(error.to_string(), text);
    assert!(!error.is_transient());
    // Nothing was undone, and nobody is kept out.
    own.migrate("gateway", &[ONE, TWO]).await.unwrap();
}

#[tokio::test]
async fn a_migration_that_was_changed_is_refused() {
    let own = schema(&database().await, "gateway");
    own.migrate("gateway", &[ONE, TWO]).await.unwrap();
    let changed = Migration { sql: "CREATE TABLE one (n bigint)", ..ONE };
    for migrations in [&[changed, TWO][..], &[TWO][..]] {
        let error = own.migrate("gateway", migrations).await.unwrap_err();
        assert_eq!(error.code(), "DATABASE_MISMATCH");
        assert_eq!(
            error.to_string(),
            "migration 1 of gateway in gateway is not the one that this release has"
        );
    }
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_and_can_be_tried_again() {
    let own = schema(&database().await, "gateway");
    let broken = Migration { sql: "CREATE TABLE half (n int); SELECT * FROM nowhere", ..TWO };
    let error = own.migrate("gateway", &[ONE, broken]).await.unwrap_err();
    assert!(error.to_string().contains("nowhere"), "{error}");
    assert!(run(&own, "SELECT * FROM half").await.is_err());
    own.migrate("gateway", &[ONE, TWO]).await.unwrap();
}

#[tokio::test]
async fn a_role_that_may_not_create_schemas_uses_the_one_it_has() {
    let database = database().await;
    let own = schema(&database, "gateway");
    run(&own, "CREATE SCHEMA gateway").await.unwrap();
    let mut owner = PgConnection::connect(database.url().as_str()).await.unwrap();
    let revoke = "DO $$ BEGIN
        EXECUTE format('REVOKE CREATE ON DATABASE %I FROM %I', current_database(), current_user);
    END $$";
    sqlx::raw_sql(revoke).execute(&mut owner).await.unwrap();
    PostgresStore::open(&own).await.unwrap();
    let error = PostgresStore::open(&schema(&database, "catalog")).await.unwrap_err();
    assert_eq!(error.code(), "STORE_REFUSED", "{error}");
    let said = error.to_string();
    assert!(said.contains("schema catalog") && said.contains("GRANT CREATE ON DATABASE"), "{said}");
}

#[tokio::test]
async fn a_schema_has_a_plain_name() {
    let url = "postgres://localhost/plimsoll";
    for wrong in ["", "a b", "a\"b", "a'b", "Gateway", "1st", "-a", "é", &"a".repeat(40)] {
        assert_eq!(Database::new(url, wrong, 1).unwrap_err().code(), "STORE_INVALID", "{wrong}");
    }
    for plain in ["gateway", "agent-ingest", "a_1"] {
        assert_eq!(Database::new(url, plain, 1).unwrap().schema(), plain);
    }
    let set = Database::new(url, "gateway", 1).unwrap().migrate("a\"b", &[]).await;
    assert_eq!(set.unwrap_err().code(), "STORE_INVALID");
}
