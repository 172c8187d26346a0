//! Postgres in a container.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection as _, PgConnection};
use testcontainers::core::WaitFor;
use testcontainers::core::wait::LogWaitStrategy;
use testcontainers::{GenericImage, ImageExt as _};
use tokio::sync::OnceCell;

use crate::server::Server;

/// Whoever reaches the port may come in: there is nothing but tests.
const USER: &str = "postgres";

/// A server.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    databases: AtomicU32,
    _server: Server,
}

impl Postgres {
    /// The server of this process, started by the first call.
    ///
    /// # Panics
    /// If it cannot be started.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// Its port on this machine.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The name of a new database.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.url(USER)).await.expect("the server answers");
        let make = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::raw_sql(make).execute(&mut connection).await.expect("a database");
        name
    }

    /// Where clients find a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    async fn start() -> Self {
        // Once by the server that initialises the database, which takes nobody, and once by the one that stays.
        let ready = LogWaitStrategy::stderr("database system is ready to accept connections").with_times(2);
        let image = GenericImage::new("postgres", "17")
            .with_exposed_port(5432.into())
            .with_wait_for(WaitFor::log(ready))
            .with_env_var("POSTGRES_HOST_AUTH_METHOD", "trust")
            .with_cmd(["postgres", "-c", "max_connections=500", "-c", "fsync=off"]);
        let server = Server::start(image).await;
        Self { port: server.port(5432).await, databases: AtomicU32::default(), _server: server }
    }
}
