//! What is in Postgres keeps its contracts: the log, the store, the blobs.

mod log {
    use std::sync::Arc;
    use std::time::Duration;

    use async_trait::async_trait;
    use containers::Postgres;
    use event_log::conformance::{Backend, Client};
    use event_log::{Limits, PostgresLog, Settings};
    use sqlx::postgres::PgConnectOptions;
    use test_proxy::{Proxy, Server};

    use crate::link::ByProxy;

    struct Database {
        server: &'static Postgres,
        name: String,
    }

    #[async_trait]
    impl Backend for Database {
        async fn client(&self) -> Client {
            let proxy = Proxy::start(0, Server::Port(self.server.port())).await;
            let options: PgConnectOptions = self.server.url(&self.name).parse().unwrap();
            // Short leases; and polling once an hour, so that whoever waits is woken by something else.
            let settings = Settings {
                connections: 4,
                lease: Duration::from_millis(1_500),
                heartbeat: Duration::from_millis(300),
                poll: Duration::from_hours(1),
                announce: Duration::from_millis(5),
                request_timeout: Duration::from_secs(5),
                ..Settings::default()
            };
            let log = PostgresLog::connect(options.port(proxy.port()), settings).await.unwrap();
            Client { log: Arc::new(log), link: Arc::new(ByProxy(proxy)) }
        }

        fn record_limit(&self) -> usize {
            Limits::default().record_bytes
        }
    }

    async fn database() -> Database {
        let server = Postgres::shared().await;
        Database { server, name: server.database().await }
    }

    event_log::conformance_tests!([#[tokio::test]] database().await);
}

mod states {
    use std::sync::Arc;
    use std::time::Duration;

    use containers::Postgres;
    use store::{Database, PostgresStore, Store};

    async fn fresh() -> Arc<dyn Store> {
        let server = Postgres::shared().await;
        let url = server.url(&server.database().await);
        let database = Database::new(&url, "agent-ingest", 4).unwrap();
        // What wakes within this process is no poll.
        Arc::new(PostgresStore::open(&database).await.unwrap().with_poll(Duration::from_hours(1)))
    }

    store::store_conformance!(fresh);
}

mod blobs {
    use std::sync::Arc;

    use containers::Postgres;
    use store::{Blobs, PostgresBlobs};

    async fn fresh() -> Arc<dyn Blobs> {
        let server = Postgres::shared().await;
        let url = server.url(&server.database().await);
        Arc::new(PostgresBlobs::open(&url, 4).await.unwrap())
    }

    store::blobs_conformance!(fresh);
}
