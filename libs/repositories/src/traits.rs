//! The contract.

use async_trait::async_trait;

use crate::error::RepositoryError;

/// The branch that a repository has checked out by default, and its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its name, such as `main`.
    pub branch: String,
    /// The full hash of the commit at its head.
    pub commit: String,
}

/// Repositories by their URLs.
#[async_trait]
pub trait Repositories: Send + Sync + 'static {
    /// Whether the server reads such a URL at all; nothing is asked of the repository.
    ///
    /// # Errors
    /// `GIT_URL_REFUSED`: credentials in it, or a transport that is not used.
    fn check(&self, url: &str) -> Result<(), RepositoryError>;

    /// The default branch as it is now.
    ///
    /// # Errors
    /// `REVISION_NOT_FOUND` if there is none; else whatever keeps the repository from being read.
    async fn head(&self, url: &str) -> Result<Head, RepositoryError>;

    /// The full hash of the commit that a revision (a commit's full hash, a tag, a branch) stands for now.
    ///
    /// # Errors
    /// `REVISION_NOT_FOUND` if there is none; else whatever keeps the repository from being read.
    async fn commit(&self, url: &str, revision: &str) -> Result<String, RepositoryError>;

    /// The bytes of a file of a commit; none if there is nothing.
    ///
    /// # Errors
    /// Whatever keeps the commit or the file from being read.
    async fn file(&self, url: &str, commit: &str, path: &str) -> Result<Option<Vec<u8>>, RepositoryError>;
}
