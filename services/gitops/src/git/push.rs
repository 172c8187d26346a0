//! What is pushed, and what comes of it.

use std::collections::BTreeMap;

use source::GitError;

use super::branch::is_branch_name;
use super::message::Message;

/// Files by their path relative to the repository, with `/`: the new bytes, or none where the file goes.
pub type Files = BTreeMap<String, Option<Vec<u8>>>;

/// Who a commit is of. What Git takes in no name is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
}

/// A branch that is to be made. The same push always makes the same commit.
#[derive(Debug, Clone)]
pub struct Push {
    /// The repository.
    pub url: String,
    /// The commit that the edits were made for, and on which the new one is built.
    pub base_commit: String,
    /// The branch that the change is for; it is never pushed to.
    pub target_branch: String,
    /// The branch that is made.
    pub branch: String,
    /// The edited files.
    pub files: Files,
    /// The message.
    pub message: Message,
    /// Who the commit is of; the committer is the same.
    pub author: Author,
    /// When, in seconds since 1970, UTC.
    pub at: u64,
}

/// A branch that lies in the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The commit on it that carries the promotion.
    pub commit: String,
    /// Whether it was there before, from an earlier try.
    pub already_there: bool,
}

/// Why a branch could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// It is nothing that may be pushed.
    #[error("nothing was pushed: {why}")]
    Invalid {
        /// What is wrong.
        why: String,
    },
    /// The host does not take it: a hook, a protected branch, a rule.
    #[error("{repository} refused the branch {branch}: {reason}")]
    Refused {
        /// The repository, without credentials.
        repository: String,
        /// The branch.
        branch: String,
        /// What the host said, on one line.
        reason: String,
    },
    /// There is another branch of that name.
    #[error("{repository} has another branch {branch}")]
    BranchTaken {
        /// The repository, without credentials.
        repository: String,
        /// The branch.
        branch: String,
    },
    /// The repository cannot be worked with.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl PushError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "PUSH_INVALID",
            Self::Refused { .. } => "PUSH_REFUSED",
            Self::BranchTaken { .. } => "PUSH_BRANCH_TAKEN",
            Self::Git(error) => error.code(),
        }
    }

    /// Whether the same push may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Git(error) if error.is_transient())
    }

    pub(crate) fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid { why: why.into() }
    }
}

impl Push {
    /// Refuses what is wrong whatever the repository holds.
    pub(crate) fn check(&self) -> Result<(), PushError> {
        if self.files.is_empty() {
            return Err(PushError::invalid("it changes no file"));
        }
        if !is_branch_name(&self.branch) || self.branch == self.target_branch {
            return Err(PushError::invalid(format!("{:?} is no name for its branch", self.branch)));
        }
        match self.files.keys().find(|path| !is_file_path(path)) {
            Some(path) => Err(PushError::invalid(format!("{path:?} is no path of a file"))),
            None => Ok(()),
        }
    }
}

/// A path that stays in the repository, and out of the directories of Git itself.
fn is_file_path(path: &str) -> bool {
    !path.contains(|c: char| c.is_control())
        && path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::message::Trailers;

    fn push(branch: &str, path: &str) -> Push {
        let trailers =
            Trailers { promotion: "p".to_owned(), preview_hash: "h".to_owned(), approved_by: Vec::new() };
        Push {
            url: "https://git.example/shop.git".to_owned(),
            base_commit: "ab".repeat(20),
            target_branch: "main".to_owned(),
            branch: branch.to_owned(),
            files: Files::from([(path.to_owned(), Some(Vec::new()))]),
            message: Message { subject: "s".to_owned(), body: String::new(), trailers },
            author: Author { name: "p".to_owned(), email: "p@example.com".to_owned() },
            at: 0,
        }
    }

    #[test]
    fn what_leaves_the_repository_or_its_branch_is_refused() {
        assert!(push("plimsoll/x", "a/b.yaml").check().is_ok());
        for path in
            ["", "/a", "a/../b", "../a", "./a", "a//b", "a/", ".git/config", "a/.GIT/x", "a\nb", "a\0"]
        {
            assert_eq!(push("plimsoll/x", path).check().unwrap_err().code(), "PUSH_INVALID", "{path:?}");
        }
        for branch in ["main", "", "-x", "a..b", "a b"] {
            assert_eq!(push(branch, "a").check().unwrap_err().code(), "PUSH_INVALID", "{branch:?}");
        }
        let none = Push { files: Files::new(), ..push("plimsoll/x", "a") };
        assert_eq!(none.check().unwrap_err().code(), "PUSH_INVALID");
    }
}
