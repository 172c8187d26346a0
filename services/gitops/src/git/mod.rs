//! Git, as this service needs it: a branch is pushed once, what a plan read is held against the target's head, and the
//! merge is recognised. [`CommandGit`] does it with the `git` command on real repositories, [`MemoryGit`] in memory;
//! one suite of tests holds for both.

mod branch;
mod command;
mod edit;
mod memory;
mod merge;
mod message;
mod push;
mod watched;

pub use branch::is_branch_name;
pub use command::CommandGit;
pub use memory::{Fault, MemoryGit};
pub use merge::{How, Looking, Merge, Seen};
pub use message::{Message, Trailers};
pub use push::{Author, Files, Push, PushError, Pushed};
pub use source::GitError;
pub use watched::Watched;

/// What the service needs of Git. Every method blocks: call it where blocking is allowed (`spawn_blocking`).
pub trait Git: Send + Sync {
    /// Makes a commit on top of the pinned one and a branch for it. However often it is tried, there is one branch:
    /// one with the same commit, or with a commit of the same promotion, preview and change, counts as pushed.
    ///
    /// # Errors
    /// `PUSH_INVALID`, `PUSH_REFUSED`, `PUSH_BRANCH_TAKEN`, and those of the repository ([`GitError`]);
    /// `REVISION_NOT_FOUND` if the base commit is not there.
    fn push_branch(&self, push: &Push) -> Result<Pushed, PushError>;

    /// The commit that a branch points to; none if there is no such branch.
    ///
    /// # Errors
    /// Those of the repository.
    fn head(&self, url: &str, branch: &str) -> Result<Option<String>, GitError>;

    /// The bytes of files of a commit, in the order of the paths; none where there is no file.
    ///
    /// # Errors
    /// Those of the repository and of reading a source; `REVISION_NOT_FOUND` if the commit is not there.
    fn files(&self, url: &str, commit: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, GitError>;

    /// What of that which a plan read differs between two commits: the paths, sorted.
    ///
    /// # Errors
    /// Those of the repository; `REVISION_NOT_FOUND` if one of the commits is not there.
    fn changed_between(
        &self,
        url: &str,
        before: &str,
        after: &str,
        watched: &Watched,
    ) -> Result<Vec<String>, GitError>;

    /// Looks whether a promotion has been merged.
    ///
    /// # Errors
    /// Those of the repository; `REVISION_NOT_FOUND` if the target branch is not there.
    fn find_merge(&self, looking: &Looking) -> Result<Seen, GitError>;
}
