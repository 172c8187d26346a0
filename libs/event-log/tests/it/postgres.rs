//! The log in Postgres keeps the contract.

use std::sync::Arc;

use async_trait::async_trait;
use embedded_postgres::testing::{TestDatabase, TestPostgres};
use event_log::Limits;
use event_log::conformance::{Backend, Client, Link};

use crate::fixtures::{connect_by_proxy, settings};
use crate::proxy::{Line, Proxy};

struct Database(TestDatabase);

#[async_trait]
impl Backend for Database {
    async fn client(&self) -> Client {
        let (log, proxy) = connect_by_proxy(&self.0, settings()).await;
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
