//! A server that falls silent, as one that was moved elsewhere without a word: no answer comes, and no end of the connection. While it is
//! silent time passes by itself as fast as somebody waits for it.

use std::str::FromStr;
use std::time::Duration;

use embedded_postgres::testing::TestDatabase;
use sqlx::postgres::PgConnectOptions;
use store::{Database, Migration, PostgresStore, Store};
use test_proxy::{Line, Proxy, Server};

use crate::fixture::{ORG, add, database, event, eventually};

/// Connections by a line that can be silenced.
async fn by_proxy(test: &TestDatabase, connections: u32) -> (Database, Proxy) {
    let options = PgConnectOptions::from_str(test.url().as_str()).unwrap();
    let socket = options.get_socket().unwrap().join(format!(".s.PGSQL.{}", options.get_port()));
    let proxy = Proxy::start(0, Server::Socket(socket)).await;
    let (user, name) = (options.get_username(), options.get_database().unwrap());
    let url = format!("postgres://{user}@127.0.0.1:{}/{name}?sslmode=disable", proxy.port());
    (Database::new(&url, "promotion", connections).unwrap(), proxy)
}

/// Once every connection is back in the pool: one that is on its way back is waited for by sqlx.
async fn silence(database: &Database, proxy: &Proxy) {
    let pool = database.pool();
    eventually("that all are back", async || pool.num_idle() == pool.size() as usize).await;
    proxy.set(Line::Silent);
    tokio::time::pause();
}

/// More questions than there are connections, and each is given up: none keeps its connection's place in the pool.
#[tokio::test]
async fn questions_without_an_answer_are_given_up_and_keep_no_connection() {
    let test = database().await;
    let (database, proxy) = by_proxy(&test, 3).await;
    let store = PostgresStore::open(&database).await.unwrap();
    add(&store, "a").await.unwrap();
    silence(&database, &proxy).await;
    for _ in 0..4 {
        assert_eq!(store.load(ORG, "a").await.unwrap_err().code(), "STORE_UNAVAILABLE");
        let error = store.commit(event("a", 1, 2)).await.unwrap_err();
        assert_eq!((error.code(), error.is_transient()), ("STORE_UNAVAILABLE", true));
    }
    eventually("that no connection is kept", async || database.pool().size() == 0).await;
    tokio::time::resume();
    proxy.set(Line::Open);
    assert_eq!(store.load(ORG, "a").await.unwrap().unwrap().version, 1);
}

/// A lane whose partition went, or a caller who hung up, waits for no answer.
#[tokio::test]
async fn questions_that_nobody_waits_for_any_more_keep_no_connection() {
    let test = database().await;
    let (database, proxy) = by_proxy(&test, 1).await;
    let store = PostgresStore::open(&database).await.unwrap();
    add(&store, "a").await.unwrap();
    silence(&database, &proxy).await;
    let left = tokio::time::timeout(Duration::from_millis(10), store.load(ORG, "a")).await;
    assert!(left.is_err());
    eventually("that no connection is kept", async || database.pool().size() == 0).await;
}

#[tokio::test]
async fn a_beginning_without_an_answer_is_given_up_and_keeps_no_connection() {
    let test = database().await;
    let (database, proxy) = by_proxy(&test, 1).await;
    PostgresStore::open(&database).await.unwrap();
    drop(database.begin().await.unwrap());
    silence(&database, &proxy).await;
    assert!(database.begin().await.is_err());
    eventually("that no connection is kept", async || database.pool().size() == 0).await;
}

#[tokio::test]
async fn a_start_without_an_answer_ends() {
    let test = database().await;
    let (database, proxy) = by_proxy(&test, 1).await;
    silence(&database, &proxy).await;
    assert_eq!(PostgresStore::open(&database).await.unwrap_err().code(), "STORE_UNAVAILABLE");
}

/// The server ends by itself what nobody waits for any more; what takes long may take long.
#[tokio::test]
async fn a_session_is_told_how_long_a_statement_may_take() {
    let test = database().await;
    let (usual, long) = (
        Database::new(test.url().as_str(), "promotion", 1).unwrap(),
        Database::for_long_work(test.url().as_str(), "promotion", 1).unwrap(),
    );
    for (database, told) in [(&usual, "1min"), (&long, "1h")] {
        let timeout: String =
            sqlx::query_scalar("SHOW statement_timeout").fetch_one(database.pool()).await.unwrap();
        assert_eq!(timeout, told);
    }
    let step = "CREATE TABLE told AS SELECT current_setting('statement_timeout') AS timeout";
    usual.migrate("own", &[Migration { version: 1, name: "own", sql: step }]).await.unwrap();
    let timeout: String =
        sqlx::query_scalar("SELECT timeout FROM told").fetch_one(usual.pool()).await.unwrap();
    assert_eq!(timeout, "1h", "a step on a large table");
}
