//! One run of the server.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;

use crate::complaint;
use crate::error::Error;
use crate::identity::Identity;
use crate::leftovers;
use crate::pid_file;
use crate::programs::Programs;
use crate::settings::Settings;
use crate::stale;
use crate::watched::Watched;

const PAUSE: Duration = Duration::from_millis(5);
/// For Postgres' immediate shutdown, which only ends processes.
const IMMEDIATE: Duration = Duration::from_secs(5);

/// What it takes to start the server, once and again.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) cluster: PathBuf,
    pub(crate) sockets: PathBuf,
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
        stale::remove(&self.cluster, &self.sockets)?;
        let arguments = self.arguments();
        let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
        let spawned = Watched::spawn(&self.identity, &self.programs.postgres(), &arguments).await;
        let mut server = spawned.map_err(|error| self.failed(&error.to_string()))?;
        match timeout(self.start_timeout, self.ready(&mut server)).await {
            Ok(Readiness::Ready) => Ok(server),
            Ok(Readiness::Ended) => {
                let pid = server.pid();
                Err(complaint::of(&self.cluster, pid, &server.last_words().await))
            }
            Err(_) => Err(self.failed(&format!("it was not ready after {} s", self.start_timeout.as_secs()))),
        }
    }

    /// Ends the server in order, and if that takes too long at once. Returns when no process of it is left.
    pub(crate) async fn stop(&self, mut server: Watched) {
        for (signal, patience) in [("INT", self.stop_timeout), ("QUIT", IMMEDIATE), ("KILL", IMMEDIATE)] {
            server.signal(signal).await;
            if timeout(patience, server.ended()).await.is_ok() {
                break;
            }
        }
        // The process that writes the log ends last. One that does not end keeps the next start from beginning, which
        // then says so.
        let _ = leftovers::clear(&self.cluster, &self.settings.config).await;
        // Empty now; the next start creates it. In /tmp it would be litter.
        let _ = fs::remove_dir(&self.sockets);
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
        let file = pid_file::path(&self.cluster);
        loop {
            // The file of a server that crashed says `ready` too: only this server's word counts.
            let found = pid_file::read(&file);
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

enum Readiness {
    Ready,
    Ended,
}
