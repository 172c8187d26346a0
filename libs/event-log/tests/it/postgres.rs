//! The log in Postgres.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use embedded_postgres::testing::{TestDatabase, TestPostgres};
use event_log::conformance::{Backend, Client, Link};
use event_log::{Limits, PostgresLog, Settings};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::proxy::{Line, Proxy};

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

pub(crate) fn options(database: &TestDatabase) -> PgConnectOptions {
    PgConnectOptions::from_str(database.url().as_str()).unwrap()
}

/// A client, and the line by which it reaches the server.
pub(crate) async fn connect(database: &TestDatabase, settings: Settings) -> (PostgresLog, Proxy) {
    let options = options(database);
    let socket = options.get_socket().unwrap().join(format!(".s.PGSQL.{}", options.get_port()));
    let proxy = Proxy::start(socket).await;
    let through = PgConnectOptions::new()
        .host("127.0.0.1")
        .port(proxy.port)
        .username(options.get_username())
        .database(options.get_database().unwrap())
        .ssl_mode(PgSslMode::Disable);
    (PostgresLog::connect(through, settings).await.unwrap(), proxy)
}

struct Database(TestDatabase);

#[async_trait]
impl Backend for Database {
    async fn client(&self) -> Client {
        let (log, proxy) = connect(&self.0, settings()).await;
        Client { log: Arc::new(log), link: Arc::new(proxy) }
    }

    fn record_limit(&self) -> usize {
        Limits::default().record_bytes
    }
}

#[async_trait]
impl Link for Proxy {
    async fn cut(&self) {
        self.set(Line::Cut);
    }

    async fn mend(&self) {
        self.set(Line::Open);
    }
}

async fn database() -> Database {
    Database(TestPostgres::shared().await.database().await)
}

event_log::conformance_tests!([#[tokio::test]] database().await);
