//! Why a server cannot work with a repository.

use crate::error::SourceError;

/// What is wrong with a repository, or the way to it. No message holds a credential.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The server does not read such a URL.
    #[error("{url:?} is refused: {why}")]
    UrlRefused {
        /// The URL, without credentials.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The server does not ask that host, or not for that repository.
    #[error("{url:?} is not allowed: {why}")]
    NotAllowed {
        /// The URL, without credentials.
        url: String,
        /// Why.
        why: &'static str,
    },
    /// The host, or the way to it, fails.
    #[error("{repository} cannot be reached: {why}")]
    Unreachable {
        /// The repository, without credentials.
        repository: String,
        /// What was said.
        why: String,
    },
    /// Git took too long and was ended.
    #[error("{repository}: git was ended after {seconds} s")]
    Timeout {
        /// The repository, without credentials.
        repository: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The host does not know us, or does not allow it.
    #[error("{repository} does not let us in: {why}")]
    Auth {
        /// The repository, without credentials.
        repository: String,
        /// What was said.
        why: String,
    },
    /// There is no such repository, or we may not see it.
    #[error("{repository} is not there, or may not be seen: {why}")]
    Gone {
        /// The repository, without credentials.
        repository: String,
        /// What was said.
        why: String,
    },
    /// The repository does not have the revision.
    #[error("{repository} has no revision {revision:?}{}", hint(.revision))]
    Revision {
        /// The repository, without credentials.
        repository: String,
        /// The revision.
        revision: String,
    },
    /// Git failed for another reason.
    #[error("git failed on {repository}: {why}")]
    Failed {
        /// The repository, without credentials.
        repository: String,
        /// What was said.
        why: String,
    },
    /// Git, or the directory of the mirrors, cannot be used on this machine.
    #[error("the mirrors of Git repositories cannot be used: {why}")]
    Cache {
        /// Why.
        why: String,
    },
    /// What the repository holds cannot be read as a source.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// A server asks hosts for whole hashes: none of them answers to the beginning of one.
fn hint(revision: &str) -> &'static str {
    let is_short = (4..40).contains(&revision.len()) && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_short { "; if a commit is meant, write its whole hash" } else { "" }
}

impl GitError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UrlRefused { .. } => "GIT_URL_REFUSED",
            Self::NotAllowed { .. } => "GIT_REPOSITORY_NOT_ALLOWED",
            Self::Unreachable { .. } => "GIT_UNREACHABLE",
            Self::Timeout { .. } => "GIT_TIMEOUT",
            Self::Auth { .. } => "GIT_AUTH_FAILED",
            Self::Gone { .. } => "GIT_REPOSITORY_GONE",
            Self::Revision { .. } => "REVISION_NOT_FOUND",
            Self::Failed { .. } => "GIT_FAILED",
            Self::Cache { .. } => "GIT_CACHE_FAILED",
            Self::Source(error) => error.code(),
        }
    }

    /// Whether it may go away without anybody doing something about the request: worth another try.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Timeout { .. } | Self::Cache { .. })
    }

    pub(crate) fn cache(error: &std::io::Error) -> Self {
        Self::Cache { why: crate::error::plain(error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_writes_a_short_hash_is_told_to_write_it_whole() {
        let said = |revision: &str| {
            GitError::Revision { repository: "r".to_owned(), revision: revision.to_owned() }.to_string()
        };
        assert!(said("3f2a1c9").ends_with("write its whole hash"), "{}", said("3f2a1c9"));
        for revision in ["main", "v1.2", &"a".repeat(40), "abc"] {
            assert!(said(revision).ends_with(&format!("{revision:?}")), "{}", said(revision));
        }
    }
}
