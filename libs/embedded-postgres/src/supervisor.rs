//! Keeps the server running.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep};

use crate::data_directory::DataDirectory;
use crate::server::Launch;
use crate::watched::Watched;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A server that ran for this long is not one that fails at once: its next failure counts as the first.
const STEADY: Duration = Duration::from_secs(60);

/// What the server is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It runs, and took connections when it came up.
    Ready {
        /// Its process id.
        pid: u32,
    },
    /// It ended by itself and is being started again, for as long as it takes.
    Restarting {
        /// How often it has been tried since it last ran steadily; from 1.
        attempt: u32,
        /// What went wrong last.
        reason: String,
    },
    /// It is being stopped, because that was asked for.
    Stopping,
    /// It was stopped.
    Stopped,
}

/// The supervisor's state. It owns the lock of the data directory, which is so held until the server is gone.
pub(crate) struct Supervisor {
    pub(crate) launch: Launch,
    pub(crate) directory: DataDirectory,
    pub(crate) status: watch::Sender<Status>,
    /// Resolves when the server is to be stopped; also when its sender is dropped.
    pub(crate) stop: oneshot::Receiver<()>,
}

impl Supervisor {
    /// Supervises until told to stop.
    pub(crate) async fn run(mut self, mut server: Watched) {
        let mut attempts = 0;
        loop {
            let begun = Instant::now();
            let ended = tokio::select! {
                ended = server.ended() => describe(ended),
                _ = &mut self.stop => return self.end(server).await,
            };
            if begun.elapsed() > STEADY {
                attempts = 0;
            }
            drop(server);
            let Some(next) = self.restart(&mut attempts, ended).await else { return self.ended() };
            server = next;
        }
    }

    /// Starts the server until it runs. `None` if it is to be stopped instead.
    async fn restart(&mut self, attempts: &mut u32, mut reason: String) -> Option<Watched> {
        loop {
            *attempts += 1;
            tracing::warn!(attempt = *attempts, reason, "Postgres is not running and is started again");
            self.status.send_replace(Status::Restarting { attempt: *attempts, reason });
            let pause = pause_before(*attempts);
            let started = async {
                sleep(pause).await;
                self.launch.start().await
            };
            let started = tokio::select! {
                started = started => started,
                _ = &mut self.stop => return None,
            };
            match started {
                Ok(server) => {
                    tracing::info!(pid = server.pid(), "Postgres runs again");
                    self.status.send_replace(Status::Ready { pid: server.pid() });
                    return Some(server);
                }
                Err(error) => reason = error.to_string(),
            }
        }
    }

    async fn end(self, server: Watched) {
        self.status.send_replace(Status::Stopping);
        self.launch.stop(server).await;
        self.ended();
    }

    fn ended(self) {
        tracing::info!(directory = %self.directory.root().display(), "Postgres was stopped");
        self.status.send_replace(Status::Stopped);
    }
}

/// Doubles from attempt to attempt.
fn pause_before(attempt: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(LONGEST_PAUSE)
}

fn describe(ended: io::Result<ExitStatus>) -> String {
    match ended {
        // A shell says 128 + n of a program that signal n ended.
        Ok(status) => match status.code() {
            Some(code @ 129..) => format!("it was ended by signal {}", code - 128),
            _ => format!("it ended with {status}"),
        },
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
#[path = "tests/supervisor.rs"]
mod tests;
