//! What the server promises: its settings, its log, its secrets.

use std::fs;

use embedded_postgres::{Database, DatabaseUrl, Lookup, Options, Postgres, Running};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::driver::options;
use crate::place::{Place, ask, insert};

async fn execute(url: &DatabaseUrl, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.map(|_| ())
}

/// As an operator gets it, initialised by the first start.
async fn real(place: &Place) -> Running {
    Postgres::start(Options { lookup: without_url(), ..Options::new(place.data()) }).await.unwrap()
}

fn without_url() -> Lookup {
    Lookup { database_url: None, ..Lookup::from_env() }
}

#[tokio::test]
async fn what_is_acknowledged_is_on_the_disk_and_nobody_else_is_let_in() {
    let place = Place::open();
    let running = real(&place).await;
    let url = running.url().as_str();
    for (name, value) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("log_directory", "log"),
        ("log_rotation_age", "1d"),
        ("log_truncate_on_rotation", "on"),
    ] {
        let superuser = running.superuser_url().as_str();
        let mut connection = PgConnection::connect(superuser).await.unwrap();
        let found: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(found, value, "{name}");
    }
    assert_eq!(ask(url, "SELECT datcollate FROM pg_database WHERE datname = current_database()").await, "C");
    // Ten services with pools of ten, and some for operators.
    let connections: u32 = ask(url, "SHOW max_connections").await.parse().unwrap();
    assert!(connections >= 110, "{connections}");
    running.stop().await;
}

#[tokio::test]
async fn an_operators_setting_prevails_and_stays() {
    let place = Place::initialised().await;
    let running = Postgres::start(options(&place.data())).await.unwrap();
    execute(running.superuser_url(), "ALTER SYSTEM SET work_mem = '7MB'").await.unwrap();
    running.stop().await;
    let running = Postgres::start(options(&place.data())).await.unwrap();
    assert_eq!(ask(running.url().as_str(), "SHOW work_mem").await, "7MB");
    running.stop().await;
}

#[tokio::test]
async fn the_services_role_can_build_its_schema_and_not_more() {
    let place = Place::initialised().await;
    let running = Postgres::start(options(&place.data())).await.unwrap();
    execute(running.url(), "CREATE SCHEMA audit; CREATE TABLE audit.leaf (id bigint)").await.unwrap();
    for statement in
        ["COPY (SELECT 1) TO PROGRAM 'true'", "CREATE ROLE other", "ALTER SYSTEM SET fsync = off"]
    {
        let error = execute(running.url(), statement).await.unwrap_err();
        // insufficient_privilege
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{statement}");
    }
    running.stop().await;
}

/// What a statement or a value holds is not for the log.
#[tokio::test]
async fn the_log_names_errors_and_no_values() {
    let place = Place::initialised().await;
    let running = Postgres::start(options(&place.data())).await.unwrap();
    execute(running.url(), "CREATE TABLE token (value text PRIMARY KEY)").await.unwrap();
    execute(running.url(), "INSERT INTO token VALUES ('s3cret')").await.unwrap();
    execute(running.url(), "INSERT INTO token VALUES ('s3cret')").await.unwrap_err();
    running.stop().await;
    let logs: String = fs::read_dir(place.cluster().join("log"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(logs.contains("duplicate key value violates unique constraint \"token_pkey\""), "{logs}");
    assert!(!logs.contains("s3cret"), "{logs}");
}

#[tokio::test]
async fn with_a_database_of_the_operators_own_nothing_is_started() {
    let place = Place::open();
    let external = DatabaseUrl::new("postgresql://plimsoll:s3cret@db.example/plimsoll");
    let lookup = Lookup { database_url: Some(external.clone()), ..Lookup::default() };
    let options = Options { lookup, ..Options::new(place.data()) };
    assert!(!format!("{options:?}").contains("s3cret"), "{options:?}");
    let database = Database::open(options).await.unwrap();
    assert!(!format!("{database:?}").contains("s3cret"), "{database:?}");
    assert_eq!(*database.url(), external);
    assert!(database.status().is_none());
    assert!(!place.data().exists());
    database.stop().await;
}

#[tokio::test]
async fn without_one_the_private_one_is_started() {
    let place = Place::initialised().await;
    let options = Options { lookup: without_url(), ..options(&place.data()) };
    let database = Database::open(options).await.unwrap();
    insert(database.url().as_str(), 1).await;
    assert!(database.status().is_some());
    database.stop().await;
    assert_eq!(place.processes(), [0; 0]);
}
