//! Recognising that a promotion has been merged, however the host does that.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use source::{GitError, sha256};

use super::edit::holds_edit;
use super::message::Trailers;

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Looking {
    /// The repository.
    pub url: String,
    /// The branch that it is to be merged into.
    pub target_branch: String,
    /// A commit of the target branch in which it was not yet merged: the one that the promotion was built on, or the
    /// head that an earlier look returned. What the target had then is not looked at again.
    pub since_commit: String,
    /// The promotion's id.
    pub promotion: String,
    /// The hash of the preview that was approved.
    pub preview_hash: String,
    /// The branch that was pushed.
    pub branch: String,
    /// The commit that was pushed.
    pub branch_commit: String,
    /// The commit that it was built on.
    pub base_commit: String,
    /// The planned files by their path relative to the repository: the SHA-256 of their bytes after the edit, in hex;
    /// none where the file goes.
    pub planned: BTreeMap<String, Option<String>>,
}

/// What a look finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It has been merged.
    Merged(Merge),
    /// Its branch is there and not merged. `head` may be `since_commit` of the next look.
    Open {
        /// The head of the target branch.
        head: String,
    },
    /// Its branch is gone, and it has not been merged.
    BranchDeleted {
        /// The head of the target branch.
        head: String,
    },
}

/// How the promotion came to its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The commit of the target branch that brought it: the merge, the squashed or the rebased commit.
    pub commit: String,
    /// How it was recognised.
    pub how: How,
    /// Planned files in which that commit does not hold the edit in full, sorted. It can be so if somebody changed the
    /// branch before merging it.
    pub incomplete: Vec<String>,
}

/// How a merge is recognised. The strongest sign is the one that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The commit that was pushed is part of the target.
    Ancestor,
    /// A commit's message names the promotion and the preview.
    Trailer,
    /// The target's files hold the whole edit.
    Content,
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ancestor => "ancestor",
            Self::Trailer => "trailer",
            Self::Content => "content",
        })
    }
}

/// A commit, as far as a merge is concerned.
#[derive(Debug, Clone)]
pub(crate) struct Commit {
    pub(crate) hash: String,
    pub(crate) parents: Vec<String>,
    pub(crate) message: String,
}

/// What has to be known of a repository.
pub(crate) trait Repository {
    /// The commits that `head` has and `since` has not, each after its children.
    fn commits(&self, since: &str, head: &str) -> Result<Vec<Commit>, GitError>;

    /// Those of them, along first parents and the oldest first, that change one of some files.
    fn changing(&self, since: &str, head: &str, paths: &[&str]) -> Result<Vec<String>, GitError>;

    /// The bytes of files of a commit, where they are there; none if the commit is not to be had.
    fn files(&self, commit: &str, paths: &[&str]) -> Result<Option<Vec<Option<Vec<u8>>>>, GitError>;
}

/// Looks for the merge in the commits of the target branch up to `head`.
pub(crate) fn recognise(
    repository: &impl Repository,
    head: &str,
    looking: &Looking,
) -> Result<Option<Merge>, GitError> {
    let commits = repository.commits(&looking.since_commit, head)?;
    if commits.is_empty() {
        return Ok(None);
    }
    let planned = Planned::of(repository, looking)?;
    let named =
        |commit: &&Commit| Trailers::is_named_by(&commit.message, &looking.promotion, &looking.preview_hash);
    let found = match commits.iter().any(|commit| commit.hash == looking.branch_commit) {
        true => Some((looking.branch_commit.as_str(), How::Ancestor)),
        false => commits.iter().rev().find(named).map(|commit| (commit.hash.as_str(), How::Trailer)),
    };
    if let Some((hash, how)) = found {
        let commit = bringing(&commits, head, hash).to_owned();
        let incomplete = planned.incomplete(&commit)?;
        return Ok(Some(Merge { commit, how, incomplete }));
    }
    for commit in repository.changing(&looking.since_commit, head, &planned.paths)? {
        if planned.incomplete(&commit)?.is_empty() {
            return Ok(Some(Merge { commit, how: How::Content, incomplete: Vec::new() }));
        }
    }
    Ok(None)
}

/// The commit of the target branch, which is what first parents lead to, that brought `wanted`.
fn bringing<'a>(commits: &'a [Commit], head: &'a str, wanted: &'a str) -> &'a str {
    let by_hash: HashMap<&str, &Commit> =
        commits.iter().map(|commit| (commit.hash.as_str(), commit)).collect();
    let parent = |commit: &&Commit| by_hash.get(commit.parents.first()?.as_str()).copied();
    let line: Vec<&Commit> = std::iter::successors(by_hash.get(head).copied(), parent).collect();
    let mut known: HashSet<&str> = HashSet::new();
    for commit in line.iter().rev() {
        let mut open = vec![commit.hash.as_str()];
        while let Some(hash) = open.pop() {
            if hash == wanted {
                return &commit.hash;
            }
            if known.insert(hash) {
                let parents = by_hash.get(hash).map(|commit| commit.parents.as_slice()).unwrap_or_default();
                open.extend(parents.iter().map(String::as_str));
            }
        }
    }
    wanted
}

/// The planned edit, held against commits.
struct Planned<'a, R> {
    repository: &'a R,
    paths: Vec<&'a str>,
    edits: Vec<Edit<'a>>,
}

/// The edit of one file, as far as it is known.
struct Edit<'a> {
    /// The SHA-256 after it.
    hash: Option<&'a str>,
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
}

impl<'a, R: Repository> Planned<'a, R> {
    fn of(repository: &'a R, looking: &'a Looking) -> Result<Self, GitError> {
        let paths: Vec<&str> = looking.planned.keys().map(String::as_str).collect();
        let nothing = vec![None; paths.len()];
        let files = |commit: &str| repository.files(commit, &paths);
        let before = files(&looking.base_commit)?.unwrap_or_else(|| nothing.clone());
        let after = files(&looking.branch_commit)?.unwrap_or(nothing);
        let hashes = looking.planned.values().map(Option::as_deref);
        let edits = hashes.zip(before.into_iter().zip(after));
        let edits = edits.map(|(hash, (before, after))| Edit { hash, before, after }).collect();
        Ok(Self { repository, paths, edits })
    }

    /// The planned files in which a commit does not hold the edit in full.
    fn incomplete(&self, commit: &str) -> Result<Vec<String>, GitError> {
        let files = self.repository.files(commit, &self.paths)?.unwrap_or_default();
        let all = self.paths.iter().zip(&self.edits).enumerate();
        let lacking = all.filter(|(index, (_, edit))| {
            let file = files.get(*index).and_then(Option::as_deref);
            !edit.is_in(file)
        });
        Ok(lacking.map(|(_, (path, _))| (*path).to_owned()).collect())
    }
}

impl Edit<'_> {
    /// Whether a file is as planned, or holds the edit among other changes.
    fn is_in(&self, file: Option<&[u8]>) -> bool {
        if file.map(sha256).as_deref() == self.hash {
            return true;
        }
        match (file, &self.before, &self.after) {
            (Some(file), Some(before), Some(after)) => {
                self.hash == Some(&sha256(after)) && holds_edit(before, after, file)
            }
            _ => false,
        }
    }
}
