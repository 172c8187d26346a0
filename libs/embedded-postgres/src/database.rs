//! The database of this process' services: the operator's, or a private one.

use tokio::sync::watch;

use crate::error::Error;
use crate::postgres::{Options, Postgres, Running};
use crate::supervisor::Status;
use crate::url::DatabaseUrl;

/// Where the services keep their data.
#[derive(Debug)]
pub enum Database {
    /// A database that somebody else runs: `DATABASE_URL`. Nothing is started, and nothing is known of it yet.
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
