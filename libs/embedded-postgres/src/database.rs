//! The database of this process' services: the operator's, or a private one.

use tokio::sync::watch;

use crate::error::Error;
use crate::lock;
use crate::postgres::{Options, Postgres, Running};
use crate::settings::{DATABASE, ROLE};
use crate::sockets;
use crate::supervisor::Status;
use crate::url::DatabaseUrl;

/// Where the services keep their data.
#[derive(Debug)]
pub enum Database {
    /// A database that somebody else runs: `DATABASE_URL`, or another process' private one. Nothing is started, and nothing is known of it yet.
    External(DatabaseUrl),
    /// The private Postgres.
    Embedded(Running),
}

impl Database {
    /// Takes the operator's database if the lookup has one, else starts the private Postgres.
    ///
    /// # Errors
    /// Those of [`Postgres::start`].
    pub async fn open(options: Options) -> Result<Self, Error> {
        match options.lookup.database_url.clone() {
            Some(url) => Ok(Self::External(url)),
            None => Postgres::start(options).await.map(Self::Embedded),
        }
    }

    /// The operator's database if the lookup has one, else the private Postgres that a Plimsoll runs in the data directory,
    /// beside that one; else the private Postgres, started.
    ///
    /// # Errors
    /// Those of [`Postgres::start`].
    pub async fn join(options: Options) -> Result<Self, Error> {
        match running(&options).filter(|_| options.lookup.database_url.is_none()) {
            Some(url) => Ok(Self::External(url)),
            None => Self::open(options).await,
        }
    }

    /// What to connect to.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        match self {
            Self::External(url) => url,
            Self::Embedded(running) => running.url(),
        }
    }

    /// What the private Postgres is doing. Of an external one only a connection can tell.
    #[must_use]
    pub fn status(&self) -> Option<watch::Receiver<Status>> {
        match self {
            Self::External(_) => None,
            Self::Embedded(running) => Some(running.status()),
        }
    }

    /// Stops the private Postgres and returns when it is gone; an external database is left alone.
    pub async fn stop(self) {
        if let Self::Embedded(running) = self {
            running.stop().await;
        }
    }
}

/// The private server's URL if a Plimsoll runs in the data directory.
pub(crate) fn running(options: &Options) -> Option<DatabaseUrl> {
    let root = std::fs::canonicalize(&options.data_dir).ok()?;
    lock::held_by(&root)?;
    Some(DatabaseUrl::local(&sockets::path(&root, &std::env::temp_dir()), ROLE, DATABASE))
}
