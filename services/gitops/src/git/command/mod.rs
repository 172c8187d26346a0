//! Git through the `git` command, on mirrors with their history.

mod build;
mod history;
mod moved;
mod push;

use std::path::Path;

use source::{GitError, History, MirrorOptions, Mirrors};

use self::history::Mirrored;
use super::Git;
use super::merge::{Looking, Seen, recognise};
use super::push::{Push, PushError, Pushed};
use super::watched::Watched;

/// How often a branch is looked at again that moves while it is looked at.
const LOOKS: usize = 5;

/// Git through the `git` command.
#[derive(Debug)]
pub struct CommandGit {
    mirrors: Mirrors,
}

impl CommandGit {
    /// Opens a directory of mirrors. It must not be shared with mirrors of single commits: these hold the history,
    /// whatever the options say.
    ///
    /// # Errors
    /// `GIT_CACHE_FAILED` if the directory cannot be made.
    pub fn open(directory: &Path, options: MirrorOptions) -> Result<Self, GitError> {
        let options = MirrorOptions { history: History::Full, ..options };
        Ok(Self { mirrors: Mirrors::open(directory, options)? })
    }

    /// One look; none if the target's head was gone before it could be read.
    fn look(
        mirrors: &Mirrors,
        looking: &Looking,
        head: &str,
    ) -> Result<Option<Option<super::Merge>>, GitError> {
        match mirrors.ensure(&looking.url, head) {
            Err(GitError::Revision { .. }) => return Ok(None),
            other => other?,
        }
        let repository = Mirrored { mirrors, mirror: mirrors.mirror(&looking.url)? };
        recognise(&repository, head, looking).map(Some)
    }
}

impl Git for CommandGit {
    fn push_branch(&self, push: &Push) -> Result<Pushed, PushError> {
        push.check()?;
        push::push(&self.mirrors.for_one_operation(), push)
    }

    fn head(&self, url: &str, branch: &str) -> Result<Option<String>, GitError> {
        Ok(self.mirrors.for_one_operation().heads(url, &[branch])?.remove(branch))
    }

    fn files(&self, url: &str, commit: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        self.mirrors.for_one_operation().read_files(url, commit, paths)
    }

    fn changed_between(
        &self,
        url: &str,
        before: &str,
        after: &str,
        watched: &Watched,
    ) -> Result<Vec<String>, GitError> {
        let mirrors = self.mirrors.for_one_operation();
        mirrors.ensure(url, before)?;
        mirrors.ensure(url, after)?;
        let differences = moved::differences(&mirrors.mirror(url)?, before, after)?;
        Ok(watched.moved(differences))
    }

    fn find_merge(&self, looking: &Looking) -> Result<Seen, GitError> {
        let (target, branch) = (looking.target_branch.as_str(), looking.branch.as_str());
        // The head at which the branch was gone. A host merges first and deletes then, but lists its branches one
        // after the other: only a head that is listed after the branch was found gone cannot be from before the merge.
        let mut gone_at = None;
        let mirrors = self.mirrors.for_one_operation();
        for _ in 0..LOOKS {
            let mut heads = mirrors.heads(&looking.url, &[target, branch])?;
            let head = heads.remove(target).ok_or_else(|| GitError::Revision {
                repository: looking.url.clone(),
                revision: target.to_owned(),
            })?;
            if gone_at.as_ref() == Some(&head) && !heads.contains_key(branch) {
                return Ok(Seen::BranchDeleted { head });
            }
            match Self::look(&mirrors, looking, &head)? {
                None => {}
                Some(Some(merge)) => return Ok(Seen::Merged(merge)),
                Some(None) if heads.contains_key(branch) => return Ok(Seen::Open { head }),
                Some(None) => gone_at = Some(head),
            }
        }
        let why = format!("{target} moves while it is looked at");
        Err(GitError::Unreachable { repository: looking.url.clone(), why })
    }
}
