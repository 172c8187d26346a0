//! A repository on this machine, and for whom `git` runs in it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::command;
use crate::process::{self, Finished, Running};

/// Where `git` runs, and how.
#[derive(Debug, Clone)]
pub(crate) struct GitDirectory {
    pub(crate) path: PathBuf,
    server: Option<Arc<Server>>,
}

/// How a server runs `git`: nothing of the user's configuration matters, and every process has a deadline.
#[derive(Debug)]
pub(crate) struct Server {
    /// The transports that are allowed, as `GIT_ALLOW_PROTOCOL` has them.
    pub(crate) protocols: &'static str,
    /// A file of the form that `git credential-store` reads.
    pub(crate) credentials: Option<PathBuf>,
    pub(crate) deadline: Duration,
    /// When the operation has to be over that they are a part of; none if they are part of none.
    pub(crate) until: Option<Instant>,
    /// How many processes have been started.
    pub(crate) started: Arc<AtomicU64>,
}

impl Server {
    /// How long a process may take that is started now.
    #[expect(clippy::disallowed_methods, reason = "the time of a process of this machine")]
    pub(crate) fn left(&self) -> Duration {
        let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        left.map_or(self.deadline, |left| left.min(self.deadline))
    }

    /// The same for an operation that begins now.
    #[expect(clippy::disallowed_methods, reason = "the time of processes of this machine")]
    pub(crate) fn within(&self, total: Duration) -> Self {
        let deadline = self.deadline.min(total);
        Self {
            protocols: self.protocols,
            credentials: self.credentials.clone(),
            deadline,
            until: Instant::now().checked_add(deadline),
            started: Arc::clone(&self.started),
        }
    }
}

impl GitDirectory {
    /// A directory in a repository of the user who runs the command, with that user's configuration.
    pub(crate) fn of_user(path: &Path) -> Self {
        Self { path: path.to_owned(), server: None }
    }

    /// A bare repository that a server keeps.
    pub(crate) fn of_server(path: PathBuf, server: &Arc<Server>) -> Self {
        Self { path, server: Some(Arc::clone(server)) }
    }

    /// A `git` in this repository.
    pub(crate) fn command(&self) -> Command {
        match &self.server {
            None => command::git(&self.path),
            Some(server) => {
                let mut command = command::server_git(server);
                command.arg("--git-dir").arg(&self.path);
                command
            }
        }
    }

    /// A server's `git` in this directory, which is no repository, and not in one that it may lie in.
    pub(crate) fn command_outside(&self, server: &Server) -> Command {
        let mut command = command::server_git(server);
        command.arg("-C").arg(&self.path);
        command.env("GIT_CEILING_DIRECTORIES", self.path.parent().unwrap_or(&self.path));
        command
    }

    pub(crate) fn run(&self, command: &mut Command, input: &[u8]) -> io::Result<Finished> {
        process::run(command, input, self.count())
    }

    pub(crate) fn start(&self, command: &mut Command) -> io::Result<Running> {
        Running::start(command, self.count())
    }

    /// Whether the operation should have been over by now.
    pub(crate) fn has_no_time_left(&self) -> bool {
        self.server.as_ref().is_some_and(|server| server.left().is_zero())
    }

    /// Counts a process that is about to be started; its deadline.
    fn count(&self) -> Option<Duration> {
        let server = self.server.as_ref()?;
        server.started.fetch_add(1, Ordering::Relaxed);
        Some(server.left())
    }
}
