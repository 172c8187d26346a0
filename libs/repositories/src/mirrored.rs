//! Repositories as the Git hosts have them.

use std::sync::Arc;

use async_trait::async_trait;
use source::{GitError, Mirrors, Revision};
use tokio::task::spawn_blocking;

use crate::error::RepositoryError;
use crate::traits::{Head, Repositories};

/// Repositories as the Git hosts have them. Clones share the mirrors.
#[derive(Clone)]
pub struct MirroredRepositories {
    mirrors: Arc<Mirrors>,
}

impl MirroredRepositories {
    /// Reads through these mirrors.
    #[must_use]
    pub fn new(mirrors: Arc<Mirrors>) -> Self {
        Self { mirrors }
    }

    /// Git blocks, so it does on a thread that may.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Mirrors) -> Result<T, GitError> + Send + 'static,
    ) -> Result<T, RepositoryError> {
        let mirrors = self.mirrors.for_one_operation();
        match spawn_blocking(move || question(&mirrors)).await {
            Ok(answer) => Ok(answer?),
            Err(error) => {
                let message = format!("a question to Git did not come to its end: {error}");
                Err(RepositoryError { code: "GIT_FAILED", message, is_transient: true })
            }
        }
    }
}

#[async_trait]
impl Repositories for MirroredRepositories {
    fn check(&self, url: &str) -> Result<(), RepositoryError> {
        self.mirrors.mirror(url)?;
        Ok(())
    }

    async fn head(&self, url: &str) -> Result<Head, RepositoryError> {
        let (url, shown) = (url.to_owned(), self.mirrors.mirror(url)?.shown().to_owned());
        let pinned = self.ask(move |mirrors| mirrors.resolve(&url, Revision::Default)).await?;
        let no_branch = || RepositoryError::no_revision(format!("the HEAD of {shown} names no branch"));
        Ok(Head { branch: pinned.branch.ok_or_else(no_branch)?, commit: pinned.commit })
    }

    async fn commit(&self, url: &str, revision: &str) -> Result<String, RepositoryError> {
        let (url, revision) = (url.to_owned(), revision.to_owned());
        let pinned = self.ask(move |mirrors| mirrors.resolve(&url, Revision::Named(&revision))).await?;
        Ok(pinned.commit)
    }

    async fn file(&self, url: &str, commit: &str, path: &str) -> Result<Option<Vec<u8>>, RepositoryError> {
        let (url, commit, path) = (url.to_owned(), commit.to_owned(), path.to_owned());
        self.ask(move |mirrors| mirrors.read_file(&url, &commit, &path)).await
    }
}
