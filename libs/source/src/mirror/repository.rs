//! The mirror of one repository.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::command::GitCommand;
use super::error::GitError;
use super::refs::is_hash;
use super::{History, Mirrors, lock};
use crate::git::directory::GitDirectory;
use crate::git::locate::root_tree;
use crate::git::objects::{Batch, ReadError};

/// The mirror of one repository, in which commands of one's own may run.
pub struct Mirror<'a> {
    mirrors: &'a Mirrors,
    url: String,
    shown: String,
    git: GitDirectory,
}

/// Why a fetch brought nothing.
enum Fetch {
    /// The host does not give single commits, or not without their history.
    AskForAll,
    /// The host does not have the commit.
    Unknown,
    Failed(GitError),
}

impl<'a> Mirror<'a> {
    pub(super) fn new(mirrors: &'a Mirrors, url: String, shown: String, git: GitDirectory) -> Self {
        Self { mirrors, url, shown, git }
    }

    /// The repository, as a remote is named to `git`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The repository as messages show it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// A `git` in the mirror. It has to exist: see [`Mirror::ensure`].
    #[must_use]
    pub fn command(&self) -> GitCommand<'_> {
        GitCommand::new(&self.git, &self.shown, self.mirrors.options.deadline)
    }

    /// Makes sure that a commit is there.
    ///
    /// # Errors
    /// As [`Mirrors::ensure`].
    pub fn ensure(&self, commit: &str) -> Result<(), GitError> {
        self.read(commit, |batch| root_tree(batch, commit).map(drop))
    }

    /// Keeps other processes from writing to the mirror until the lock is dropped.
    ///
    /// # Errors
    /// `GIT_TIMEOUT` if somebody else has it for too long, `GIT_CACHE_FAILED`.
    pub fn lock(&self) -> Result<File, GitError> {
        self.held(lock::take(&self.git.path.with_extension("lock"), self.mirrors.server.left()))
    }

    /// Keeps the mirror from being thrown away until this is dropped; others may write to it meanwhile. To be asked for under
    /// [`Mirror::lock`], without which nobody throws it away: who has waited may find another mirror. Nothing that may mend
    /// the mirror is to be called as long as it is held, since that would wait for its own end.
    ///
    /// # Errors
    /// As [`Mirror::lock`].
    pub fn keep(&self) -> Result<File, GitError> {
        self.held(lock::share(&self.kept(), self.mirrors.server.left()))
    }

    /// The lock that stands for the mirror's being there.
    fn kept(&self) -> PathBuf {
        self.git.path.with_extension("kept")
    }

    fn held(&self, lock: io::Result<Option<File>>) -> Result<File, GitError> {
        match lock {
            Ok(Some(file)) => Ok(file),
            Ok(None) => Err(self.timeout()),
            Err(error) => Err(GitError::cache(&error)),
        }
    }

    /// Reads from a commit; if that fails for the mirror's sake, mends the mirror and reads once more.
    pub(super) fn read<T>(
        &self,
        commit: &str,
        work: impl Fn(&mut Batch) -> Result<T, ReadError>,
    ) -> Result<T, GitError> {
        if !is_hash(commit) {
            return Err(self.no_revision(commit));
        }
        match self.attempt(&work) {
            Err(ReadError::NoCommit | ReadError::Broken(_)) => {}
            other => return other.map_err(|error| self.failed(commit, error)),
        }
        let _lock = self.lock()?;
        // Somebody else may have mended it while we waited.
        let fetched = match self.attempt(&work) {
            Err(ReadError::NoCommit) => self.fetch(commit),
            Err(ReadError::Broken(_)) => self.discard().and_then(|()| self.fetch(commit)),
            other => return other.map_err(|error| self.failed(commit, error)),
        };
        // A fetch that was ended while it tidied up has brought the commit.
        match (self.attempt(&work), fetched) {
            (Ok(found), _) => Ok(found),
            (Err(ReadError::Source(error)), _) => Err(error.into()),
            (Err(_), Err(error)) => Err(error),
            (Err(error), Ok(())) => Err(self.failed(commit, error)),
        }
    }

    fn attempt<T>(&self, work: impl Fn(&mut Batch) -> Result<T, ReadError>) -> Result<T, ReadError> {
        match self.git.path.join("HEAD").exists() {
            true => work(&mut Batch::start(&self.git)?),
            false => Err(ReadError::NoCommit),
        }
    }

    fn failed(&self, commit: &str, error: ReadError) -> GitError {
        match error {
            ReadError::Source(error) => GitError::Source(error),
            ReadError::NoCommit => self.no_revision(commit),
            ReadError::Broken(why) => GitError::Failed { repository: self.shown.clone(), why },
            ReadError::NotStarted(why) => GitError::Cache { why },
            ReadError::Expired => self.timeout(),
        }
    }

    /// Fetches a commit. What fails for no reason that the remote gave is tried once more with a new mirror.
    fn fetch(&self, commit: &str) -> Result<(), GitError> {
        match self.fetch_into(commit) {
            Err(GitError::Failed { .. }) => {
                self.discard()?;
                self.fetch_into(commit)
            }
            other => other,
        }
    }

    fn fetch_into(&self, commit: &str) -> Result<(), GitError> {
        self.init(commit)?;
        // A name for each commit, so that it is never tidied away and the next fetch brings only what is new.
        let pin = format!("+{commit}:refs/pins/{commit}");
        let depth: &[&str] = match self.mirrors.options.history {
            History::Commits => &["--depth=1"],
            History::Full => &[],
        };
        match self.fetch_refs(depth, &[&pin]) {
            Ok(()) => Ok(()),
            Err(Fetch::Failed(error)) => Err(error),
            Err(Fetch::Unknown) => Err(self.no_revision(commit)),
            Err(Fetch::AskForAll) => {
                let all = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
                match self.fetch_refs(&["--prune"], &all) {
                    Ok(()) => Ok(()),
                    Err(Fetch::Failed(error)) => Err(error),
                    Err(Fetch::Unknown | Fetch::AskForAll) => Err(self.no_revision(commit)),
                }
            }
        }
    }

    fn fetch_refs(&self, options: &[&str], refs: &[&str]) -> Result<(), Fetch> {
        self.mirrors.check_host(&self.url).map_err(Fetch::Failed)?;
        let command = self.command().args(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"]);
        let command = command.args(["--no-recurse-submodules"]).args(options).args(["--", &self.url]);
        let output = command.args(refs).output().map_err(Fetch::Failed)?;
        if output.success {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let says = |signs: &[&str]| signs.iter().any(|sign| said.contains(sign));
        if says(&["does not allow request for unadvertised object", "does not support shallow"]) {
            return Err(Fetch::AskForAll);
        }
        if says(&["not our ref", "couldn't find remote ref", "mismatched algorithms"]) {
            return Err(Fetch::Unknown);
        }
        Err(Fetch::Failed(output.error(&self.shown)))
    }

    fn init(&self, commit: &str) -> Result<(), GitError> {
        if self.git.path.join("HEAD").exists() {
            return Ok(());
        }
        let format = if commit.len() == 64 { "sha256" } else { "sha1" };
        let format = format!("--object-format={format}");
        self.command().args(["init", "--quiet", "--bare", "--template=", &format]).run().map(drop)
    }

    /// Throws the mirror away, once nobody works in it who cannot begin again.
    fn discard(&self) -> Result<(), GitError> {
        let _alone = self.held(lock::take(&self.kept(), self.mirrors.server.left()))?;
        match fs::remove_dir_all(&self.git.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(GitError::cache(&error)),
            _ => Ok(()),
        }
    }

    fn no_revision(&self, revision: &str) -> GitError {
        GitError::Revision { repository: self.shown.clone(), revision: revision.to_owned() }
    }

    fn timeout(&self) -> GitError {
        let seconds = self.mirrors.options.deadline.as_secs();
        GitError::Timeout { repository: self.shown.clone(), seconds }
    }
}
