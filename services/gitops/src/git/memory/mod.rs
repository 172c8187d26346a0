//! Git in memory: the twin of the command for tests and the simulator.

mod commit;
mod repository;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use source::GitError;

use self::repository::Stored;
use super::Git;
use super::merge::{Looking, Repository, Seen, recognise};
use super::push::{Files, Push, PushError, Pushed};
use super::watched::Watched;

/// What is wrong with a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Its host does not answer.
    Unreachable,
    /// Its host does not know us.
    Auth,
    /// It takes no new branch, and says why.
    Refuses(String),
}

/// Repositories in memory, by their URL.
#[derive(Debug, Default)]
pub struct MemoryGit {
    repositories: Mutex<BTreeMap<String, Stored>>,
}

impl MemoryGit {
    /// No repository yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes an empty repository.
    pub fn create(&self, url: &str) {
        self.lock().insert(url.to_owned(), Stored::default());
    }

    /// Takes a repository away.
    pub fn remove(&self, url: &str) {
        self.lock().remove(url);
    }

    /// Makes a commit whose files are those of its first parent with some changes, and points a branch to it.
    ///
    /// # Errors
    /// `GIT_REPOSITORY_GONE`; `REVISION_NOT_FOUND` if a parent is not there.
    pub fn commit(
        &self,
        url: &str,
        branch: &str,
        parents: &[&str],
        changes: &Files,
        message: &str,
    ) -> Result<String, GitError> {
        let mut repositories = self.lock();
        let stored = repositories.get_mut(url).ok_or_else(|| gone(url))?;
        let commit = stored.add(url, parents, changes, message, "")?;
        stored.branches.insert(branch.to_owned(), commit.clone());
        Ok(commit)
    }

    /// Takes a branch away.
    pub fn delete_branch(&self, url: &str, branch: &str) {
        if let Some(stored) = self.lock().get_mut(url) {
            stored.branches.remove(branch);
        }
    }

    /// Gives a repository a fault, or mends it.
    pub fn set_fault(&self, url: &str, fault: Option<Fault>) {
        if let Some(stored) = self.lock().get_mut(url) {
            stored.fault = fault;
        }
    }

    /// A commit's message; none if it is not there.
    #[must_use]
    pub fn message(&self, url: &str, commit: &str) -> Option<String> {
        Some(self.lock().get(url)?.commits.get(commit)?.message.clone())
    }

    /// The bytes of a file of a commit; none if it is not there.
    #[must_use]
    pub fn file(&self, url: &str, commit: &str, path: &str) -> Option<Vec<u8>> {
        self.lock().get(url)?.commits.get(commit)?.files.get(path).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Stored>> {
        self.repositories.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with a repository that can be reached.
    fn with<T>(
        &self,
        url: &str,
        work: impl FnOnce(&mut Stored) -> Result<T, PushError>,
    ) -> Result<T, PushError> {
        let mut repositories = self.lock();
        let stored = repositories.get_mut(url).ok_or_else(|| gone(url))?;
        let (repository, why) = (url.to_owned(), "as the test says".to_owned());
        match stored.fault {
            Some(Fault::Unreachable) => Err(GitError::Unreachable { repository, why }.into()),
            Some(Fault::Auth) => Err(GitError::Auth { repository, why }.into()),
            Some(Fault::Refuses(_)) | None => work(stored),
        }
    }

    fn read<T>(&self, url: &str, work: impl FnOnce(&Stored) -> Result<T, GitError>) -> Result<T, GitError> {
        match self.with(url, |stored| Ok(work(stored)?)) {
            Ok(found) => Ok(found),
            Err(PushError::Git(error)) => Err(error),
            Err(error) => Err(GitError::Failed { repository: url.to_owned(), why: error.to_string() }),
        }
    }
}

fn gone(url: &str) -> GitError {
    GitError::Gone { repository: url.to_owned(), why: "there is none".to_owned() }
}

impl Git for MemoryGit {
    fn push_branch(&self, push: &Push) -> Result<Pushed, PushError> {
        push.check()?;
        self.with(&push.url, |stored| stored.push(push))
    }

    fn head(&self, url: &str, branch: &str) -> Result<Option<String>, GitError> {
        self.read(url, |stored| Ok(stored.branches.get(branch).cloned()))
    }

    fn files(&self, url: &str, commit: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        self.read(url, |stored| {
            Repository::files(stored, commit, &paths)?.ok_or_else(|| stored.unknown(url, commit))
        })
    }

    fn changed_between(
        &self,
        url: &str,
        before: &str,
        after: &str,
        watched: &Watched,
    ) -> Result<Vec<String>, GitError> {
        self.read(url, |stored| Ok(watched.moved(stored.differences(url, before, after)?)))
    }

    fn find_merge(&self, looking: &Looking) -> Result<Seen, GitError> {
        self.read(&looking.url, |stored| {
            let head = stored.branches.get(&looking.target_branch).cloned();
            let head = head.ok_or_else(|| stored.unknown(&looking.url, &looking.target_branch))?;
            Ok(match recognise(stored, &head, looking)? {
                Some(merge) => Seen::Merged(merge),
                None if stored.branches.contains_key(&looking.branch) => Seen::Open { head },
                None => Seen::BranchDeleted { head },
            })
        })
    }
}
