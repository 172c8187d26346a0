//! The log in Postgres keeps the contract.

use std::sync::Arc;

use async_trait::async_trait;
use embedded_postgres::testing::{TestDatabase, TestPostgres};
use event_log::Limits;
use event_log::conformance::{Backend, Client};

use crate::fixtures::{connect_by_proxy, settings};
use crate::link::ByProxy;

struct Database(TestDatabase);

#[async_trait]
impl Backend for Database {
    async fn client(&self) -> Client {
        let (log, proxy) = connect_by_proxy(&self.0, settings()).await;
        Client { log: Arc::new(log), link: Arc::new(ByProxy(proxy)) }
    }

    fn record_limit(&self) -> usize {
        Limits::default().record_bytes
    }
}

async fn database() -> Database {
    Database(TestPostgres::shared().await.database().await)
}

event_log::conformance_tests!([#[tokio::test]] database().await);
