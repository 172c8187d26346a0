//! One `git` command of a server, run to its end.

use std::ffi::OsStr;
use std::process::Command;
use std::time::Duration;

use super::error::GitError;
use super::failure::classify;
use crate::git::command::why_not_started;
use crate::git::directory::{GitDirectory, Server};

/// A `git` that is about to run. It asks nothing, runs no hook of this side, reads no configuration of the user, and
/// is ended when its deadline is over.
pub struct GitCommand<'a> {
    git: &'a GitDirectory,
    repository: &'a str,
    deadline: Duration,
    command: Command,
    input: Vec<u8>,
}

/// What a `git` that has ended left.
pub struct GitOutput {
    /// Whether it says that it succeeded.
    pub success: bool,
    /// What it wrote.
    pub stdout: Vec<u8>,
    /// What it said. It may hold what a remote says: see [`crate::sanitised`].
    pub stderr: Vec<u8>,
}

impl<'a> GitCommand<'a> {
    pub(super) fn new(git: &'a GitDirectory, repository: &'a str, deadline: Duration) -> Self {
        Self { git, repository, deadline, command: git.command(), input: Vec::new() }
    }

    /// Runs it beside the mirrors, in no repository.
    pub(super) fn outside(mut self, server: &Server) -> Self {
        self.command = self.git.command_outside(server);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// What it reads from its standard input.
    #[must_use]
    pub fn input(mut self, input: Vec<u8>) -> Self {
        self.input = input;
        self
    }

    /// Runs it, however it ends.
    ///
    /// # Errors
    /// `GIT_TIMEOUT` if it had to be ended, `GIT_CACHE_FAILED` if it cannot be started.
    pub fn output(mut self) -> Result<GitOutput, GitError> {
        if self.git.has_no_time_left() {
            return Err(self.timeout());
        }
        let done = self.git.run(&mut self.command, &self.input);
        let done = done.map_err(|error| GitError::Cache { why: why_not_started(&error) })?;
        match done.expired && !done.status.success() {
            true => Err(self.timeout()),
            false => {
                let success = done.status.success();
                Ok(GitOutput { success, stdout: done.stdout, stderr: done.stderr })
            }
        }
    }

    fn timeout(&self) -> GitError {
        GitError::Timeout { repository: self.repository.to_owned(), seconds: self.deadline.as_secs() }
    }

    /// Runs it; what it wrote, if it succeeds.
    ///
    /// # Errors
    /// As [`GitCommand::output`], and what its complaint means.
    pub fn run(self) -> Result<Vec<u8>, GitError> {
        let repository = self.repository;
        let output = self.output()?;
        match output.success {
            true => Ok(output.stdout),
            false => Err(output.error(repository)),
        }
    }
}

impl GitOutput {
    /// The error that its complaint means, of a repository that is shown as `repository`.
    #[must_use]
    pub fn error(&self, repository: &str) -> GitError {
        classify(repository, &self.stderr)
    }
}
