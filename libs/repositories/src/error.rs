//! Why a repository does not answer.

use source::GitError;

/// Why a repository does not answer. No message holds a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RepositoryError {
    /// The stable code, which has a page in `runbooks/`.
    pub code: &'static str,
    /// The error.
    pub message: String,
    /// Whether trying again may help, without anybody changing the request.
    pub is_transient: bool,
}

impl RepositoryError {
    /// The repository does not have a revision.
    pub(crate) fn no_revision(message: String) -> Self {
        Self { code: "REVISION_NOT_FOUND", message, is_transient: false }
    }
}

impl From<GitError> for RepositoryError {
    fn from(error: GitError) -> Self {
        Self { code: error.code(), message: error.to_string(), is_transient: error.is_transient() }
    }
}
