//! One run of the server.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;

use crate::error::Error;
use crate::identity::Identity;
use crate::leftovers;
use crate::pid_file;
use crate::programs::Programs;
use crate::settings::Settings;
use crate::watched::Watched;

const PAUSE: Duration = Duration::from_millis(5);
/// For Postgres' immediate shutdown, which only ends processes.
const IMMEDIATE: Duration = Duration::from_secs(5);

/// What it takes to start the server, once and again.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) cluster: PathBuf,
    pub(crate) settings: Settings,
    pub(crate) programs: Programs,
    pub(crate) identity: Identity,
    pub(crate) start_timeout: Duration,
    pub(crate) stop_timeout: Duration,
}

impl Launch {
    /// Starts the server and waits until it takes connections.
    pub(crate) async fn start(&self) -> Result<Watched, Error> {
        leftovers::clear(&self.cluster, &self.settings.config).await?;
        let arguments = self.arguments();
        let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
        let spawned = Watched::spawn(&self.identity, &self.programs.postgres(), &arguments).await;
        let mut server = spawned.map_err(|error| self.failed(&error.to_string()))?;
        match timeout(self.start_timeout, self.ready(&mut server)).await {
            Ok(Readiness::Ready) => Ok(server),
            Ok(Readiness::Ended) => {
                let said = server.last_words().await;
                Err(self.failed(&self.complaint(&said)))
            }
            Err(_) => Err(self.failed(&format!("it was not ready after {} s", self.start_timeout.as_secs()))),
        }
    }

    /// Ends the server in order, and if that takes too long at once.
    pub(crate) async fn stop(&self, mut server: Watched) {
        for (signal, patience) in [("INT", self.stop_timeout), ("QUIT", IMMEDIATE)] {
            server.signal(signal).await;
            if timeout(patience, server.ended()).await.is_ok() {
                return;
            }
        }
        // Dropped, the watching shell kills it.
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = vec![OsString::from("-D"), self.cluster.clone().into_os_string()];
        let Settings { config, hba, ident } = &self.settings;
        arguments.push(config_argument(config));
        arguments
            .extend([("--hba_file=", hba), ("--ident_file=", ident)].map(|(name, path)| joined(name, path)));
        arguments
    }

    async fn ready(&self, server: &mut Watched) -> Readiness {
        loop {
            // The file of a server that crashed says `ready` too: only this server's word counts.
            let found = pid_file::read(&self.cluster);
            if found.is_some_and(|file| file.pid == server.pid() && file.is_ready) {
                return Readiness::Ready;
            }
            if timeout(PAUSE, server.ended()).await.is_ok() {
                return Readiness::Ended;
            }
        }
    }

    fn failed(&self, why: &str) -> Error {
        Error::failed("postgres", &self.cluster, why)
    }

    /// The last line that says what is wrong: on standard error before the log is opened, in the log after that.
    fn complaint(&self, said: &str) -> String {
        let log = newest_log(&self.cluster.join("log")).unwrap_or_default();
        let is_error = |line: &&str| line.contains("FATAL: ") || line.contains("PANIC: ");
        let line = said.lines().rfind(is_error).or_else(|| log.lines().rfind(is_error));
        line.unwrap_or(said).to_owned()
    }
}

/// The argument that tells a server of this library from others.
pub(crate) fn config_argument(config: &Path) -> OsString {
    joined("--config_file=", config)
}

fn joined(name: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(name);
    argument.push(path);
    argument
}

fn newest_log(directory: &Path) -> Option<String> {
    let entries = fs::read_dir(directory).ok()?.flatten();
    let newest = entries.max_by_key(|entry| entry.metadata().and_then(|data| data.modified()).ok())?;
    Some(String::from_utf8_lossy(&fs::read(newest.path()).ok()?).into_owned())
}

enum Readiness {
    Ready,
    Ended,
}
