//! Starting and stopping.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::bootstrap;
use crate::data_directory::{self, DataDirectory};
use crate::error::Error;
use crate::identity::Identity;
use crate::initialise::initialise;
use crate::programs::{Lookup, Programs};
use crate::server::Launch;
use crate::settings::{DATABASE, Durability, ROLE, SUPERUSER, Settings};
use crate::sockets;
use crate::supervisor::{Status, Supervisor};
use crate::url::DatabaseUrl;

/// How the private Postgres is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Plimsoll's data directory. It is created where there is none; Postgres' data are below it.
    pub data_dir: PathBuf,
    /// Where to look for a database or for Postgres' programs.
    pub lookup: Lookup,
    /// How long a start may take, recovery after a crash included.
    pub start_timeout: Duration,
    /// How long an orderly stop may take before the server is stopped at once (which loses nothing either).
    pub stop_timeout: Duration,
    /// [`Durability::Full`] for everything but tests.
    pub durability: Durability,
}

impl Options {
    /// The usual ones: the environment's lookup, five minutes to start and 20 seconds to stop.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            lookup: Lookup::from_env(),
            start_timeout: Duration::from_secs(300),
            stop_timeout: Duration::from_secs(20),
            durability: Durability::Full,
        }
    }
}

/// The private Postgres.
#[derive(Debug)]
pub struct Postgres;

impl Postgres {
    /// Starts it, on new data where there are none, and keeps it running.
    ///
    /// It needs the tokio runtime for as long as it runs: when the runtime or the process ends, it ends too.
    ///
    /// # Errors
    /// Every [`Error`]; each has a code.
    pub async fn start(options: Options) -> Result<Running, Error> {
        let path = options.data_dir.clone();
        let prepared = spawn_blocking(move || Prepared::new(options)).await;
        let prepared =
            prepared.map_err(|error: JoinError| Error::failed("preparing", &path, &error.to_string()))??;
        prepared.start().await
    }
}

/// What is known before anything is started.
struct Prepared {
    options: Options,
    programs: Programs,
    identity: Identity,
    directory: DataDirectory,
}

impl Prepared {
    fn new(options: Options) -> Result<Self, Error> {
        let reach = data_directory::reach(&options.data_dir)?;
        let data = data_directory::version(&options.data_dir)?;
        let programs = options.lookup.programs(data.and_then(|data| data.parse().ok()))?;
        let owner = data_directory::owner(&options.data_dir);
        let identity = Identity::choose(&reach, &programs.postgres(), owner)?;
        let directory = DataDirectory::open(&options.data_dir, identity.run_as)?;
        data_directory::accept_version(directory.root(), &programs)?;
        Ok(Self { options, programs, identity, directory })
    }

    async fn start(self) -> Result<Running, Error> {
        let Self { options, programs, identity, directory } = self;
        initialise(&directory, &programs, &identity, options.durability).await?;
        let sockets = sockets::directory(directory.root(), &std::env::temp_dir(), &identity)?;
        let settings = Settings::write(&directory.settings(), &sockets, &identity, options.durability)?;
        tracing::info!(
            version = programs.version,
            programs = %programs.directory.display(),
            data = %directory.cluster().display(),
            "starting Postgres"
        );
        let cluster = directory.cluster();
        let Options { start_timeout, stop_timeout, .. } = options;
        let launch = Launch {
            cluster,
            sockets: sockets.clone(),
            settings,
            programs,
            identity,
            start_timeout,
            stop_timeout,
        };
        let server = launch.start().await?;
        let url = |role, database| DatabaseUrl::local(&sockets, role, database);
        if let Err(error) = bootstrap::role_and_database(&url(SUPERUSER, "postgres")).await {
            launch.stop(server).await;
            return Err(Error::failed("the first connection", directory.root(), &error.to_string()));
        }
        let (told, status) = watch::channel(Status::Ready { pid: server.pid() });
        let (stop, stopped) = oneshot::channel();
        let supervisor = Supervisor { launch, directory, status: told, stop: stopped };
        let task = tokio::spawn(supervisor.run(server));
        Ok(Running { url: url(ROLE, DATABASE), superuser: url(SUPERUSER, "postgres"), status, stop, task })
    }
}

/// A Postgres that runs. Dropping it stops the server too, but does not wait for it.
#[derive(Debug)]
pub struct Running {
    url: DatabaseUrl,
    superuser: DatabaseUrl,
    status: watch::Receiver<Status>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    /// The database of Plimsoll's services, as the role that owns it. It stays the same over restarts of the server.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The database `postgres`, as the superuser: for an operator's `psql` and backups.
    #[must_use]
    pub fn superuser_url(&self) -> &DatabaseUrl {
        &self.superuser
    }

    /// What the server is doing, and what it does next.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Stops the server: transactions that are open are rolled back. Returns when no process of it is left and the data
    /// directory is free for the next.
    pub async fn stop(self) {
        drop(self.stop);
        // The task ends when the server has; that it could have panicked changes nothing for the caller.
        let _ = self.task.await;
    }
}
