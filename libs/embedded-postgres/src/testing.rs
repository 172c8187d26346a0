//! Postgres for tests: one server for each test process, one database for each test.
//!
//! | call | what the test gets |
//! |---|---|
//! | `TestPostgres::shared().await.database().await` | an empty database on the process' one server: what nearly all tests want |
//! | `TestPostgres::private(Durability::Off).await` | a server of its own: to kill, to stop, to count its connections |
//! | `database.url()`, `database.pool().await` | the database's URL; a pool of at most ten connections to it |
//! | `initialise(directory).await` | a data directory as a first start leaves it, quicker; for `Postgres::start` |
//! | `server.kill()`, `server.status()`, `server.stop().await` | faults and what becomes of them |
//!
//! The server ends with the process, also when that is killed, and its data are removed. The shared server runs on a
//! thread of its own, so that it outlives the runtime of the test that was first. Pools do not: make one in each test.

#![allow(clippy::expect_used, reason = "a panic in a test is the report")]

mod template;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::sync::{OnceCell, oneshot, watch};

pub use self::template::initialise;

use crate::settings::ROLE;
use crate::{DatabaseUrl, Durability, Options, Postgres, Running, Status};

/// A server for tests.
#[derive(Debug)]
pub struct TestPostgres {
    running: Running,
    directory: PathBuf,
    databases: AtomicU64,
    // Its standard input is closed when this is dropped or the process ends; it then removes the directory.
    _janitor: Child,
}

impl TestPostgres {
    /// The server of this process, started by the first call. It does not flush to the disk.
    ///
    /// # Panics
    /// If it cannot be started; the message says why.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<TestPostgres> = OnceCell::const_new();
        SHARED.get_or_init(start_on_a_thread).await
    }

    /// A server for one test, on the test's runtime.
    ///
    /// # Panics
    /// If it cannot be started; the message says why.
    pub async fn private(durability: Durability) -> Self {
        let directory = temporary().keep();
        let janitor = janitor(&directory);
        initialise(&directory).await;
        let mut options = Options::new(&directory);
        options.durability = durability;
        let running = Postgres::start(options).await.expect("Postgres starts");
        Self { running, directory, databases: AtomicU64::new(0), _janitor: janitor }
    }

    /// A new, empty database, owned by the role that Plimsoll's services connect as (no superuser).
    ///
    /// # Panics
    /// If it cannot be created; the message says why.
    pub async fn database(&self) -> TestDatabase {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection =
            PgConnection::connect(self.running.superuser_url().as_str()).await.expect("connect");
        let statement = format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.expect("create a database");
        connection.close().await.expect("close");
        let url = self.running.url().as_str().replacen("///plimsoll?", &format!("///{name}?"), 1);
        TestDatabase { url: DatabaseUrl::new(url) }
    }

    /// The URL of a database for the superuser, who makes roles and grants.
    #[must_use]
    pub fn superuser_url(&self, database: &TestDatabase) -> DatabaseUrl {
        let (own, _) = database.url.as_str().split_once('?').unwrap_or((database.url.as_str(), ""));
        let (_, rest) = self.running.superuser_url().as_str().split_once('?').unwrap_or_default();
        DatabaseUrl::new(format!("{own}?{rest}"))
    }

    /// What the server is doing, and what it does next.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.running.status()
    }

    /// Kills the server as `kill -9` does. It is started again; `status` tells when it is ready.
    pub fn kill(&self) {
        if let Status::Ready { pid } = *self.running.status().borrow()
            && let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw)
        {
            kill_process(pid, Signal::KILL).expect("the server is there to be killed");
        }
    }

    /// The data directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Stops the server in order, and returns when it is gone.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

/// A database for one test.
#[derive(Debug)]
pub struct TestDatabase {
    url: DatabaseUrl,
}

impl TestDatabase {
    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// A pool of at most ten connections.
    ///
    /// # Panics
    /// If it cannot connect; the message says why.
    pub async fn pool(&self) -> PgPool {
        PgPoolOptions::new().max_connections(10).connect(self.url.as_str()).await.expect("connect")
    }
}

/// A runtime ends with its test; the server is to go on for the tests that follow.
async fn start_on_a_thread() -> TestPostgres {
    let (started, server) = oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            // The receiver waits for as long as the test that is first.
            let _ = started.send(TestPostgres::private(Durability::Off).await);
            std::future::pending::<()>().await;
        });
    });
    server.await.expect("the shared Postgres starts; the panic above says why it did not")
}

/// Others may pass through, as the user that Postgres runs as has to when the tests run as root.
fn temporary() -> TempDir {
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix("plimsoll-test-").permissions(Permissions::from_mode(0o711));
    builder.tempdir().expect("a temporary directory")
}

fn janitor(directory: &Path) -> Child {
    test_janitor::janitor(include_str!("janitor.sh")).arg(directory).spawn().expect("a shell")
}
