//! Repositories in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::error::RepositoryError;
use crate::traits::{Head, Repositories};

type Files = BTreeMap<String, Vec<u8>>;

/// Repositories in memory, each with one branch (`main`). Clones are one.
#[derive(Clone, Default)]
pub struct MemoryRepositories {
    repositories: Arc<Mutex<HashMap<String, Repository>>>,
}

#[derive(Default)]
struct Repository {
    /// The commits of the branch with all their files, the head last.
    commits: Vec<(String, Files)>,
    /// Whether the way to it fails.
    away: bool,
}

impl MemoryRepositories {
    /// A new head of the branch that has exactly these files. The repository is made if it is not there; the commit's
    /// hash is its number.
    pub fn push<'f>(&self, url: &str, files: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
        let mut repositories = self.lock();
        let repository = repositories.entry(url.to_owned()).or_default();
        let commit = format!("{:040x}", repository.commits.len() + 1);
        let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        repository.commits.push((commit.clone(), files.collect()));
        commit
    }

    /// The way to a repository fails until it is pushed back.
    pub fn set_away(&self, url: &str, away: bool) {
        if let Some(repository) = self.lock().get_mut(url) {
            repository.away = away;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Repository>> {
        self.repositories.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(
        &self,
        url: &str,
        question: impl FnOnce(&Repository) -> Result<T, RepositoryError>,
    ) -> Result<T, RepositoryError> {
        let repositories = self.lock();
        let fail = |code, is_transient, why| {
            Err(RepositoryError { code, message: format!("{url}: {why}"), is_transient })
        };
        match repositories.get(url) {
            None => fail("GIT_REPOSITORY_GONE", false, "there is no such repository"),
            Some(repository) if repository.away => fail("GIT_UNREACHABLE", true, "no route to host"),
            Some(repository) => question(repository),
        }
    }
}

impl Repository {
    fn files(&self, commit: &str) -> Result<&Files, RepositoryError> {
        let found = self.commits.iter().find(|(hash, _)| hash == commit);
        let no_revision = || RepositoryError::no_revision(format!("there is no revision {commit}"));
        found.map(|(_, files)| files).ok_or_else(no_revision)
    }
}

#[async_trait]
impl Repositories for MemoryRepositories {
    fn check(&self, url: &str) -> Result<(), RepositoryError> {
        match url.contains('@') {
            false => Ok(()),
            true => {
                let message = "the URL holds credentials".to_owned();
                Err(RepositoryError { code: "GIT_URL_REFUSED", message, is_transient: false })
            }
        }
    }

    async fn head(&self, url: &str) -> Result<Head, RepositoryError> {
        self.read(url, |repository| {
            let head = repository.commits.last();
            let empty = || RepositoryError::no_revision("the repository is empty".to_owned());
            let (commit, _) = head.ok_or_else(empty)?;
            Ok(Head { branch: "main".to_owned(), commit: commit.clone() })
        })
    }

    async fn commit(&self, url: &str, revision: &str) -> Result<String, RepositoryError> {
        if revision == "main" {
            return Ok(self.head(url).await?.commit);
        }
        self.read(url, |repository| repository.files(revision).map(|_| revision.to_owned()))
    }

    async fn file(&self, url: &str, commit: &str, path: &str) -> Result<Option<Vec<u8>>, RepositoryError> {
        self.read(url, |repository| Ok(repository.files(commit)?.get(path).cloned()))
    }
}
