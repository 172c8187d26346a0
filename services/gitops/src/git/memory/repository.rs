//! A repository in memory.

use std::collections::{BTreeMap, BTreeSet};

use source::GitError;

use super::Fault;
use super::commit::StoredCommit;
use crate::git::merge::{Commit, Repository};
use crate::git::message::Trailers;
use crate::git::push::{Files, Push, PushError, Pushed};
use crate::git::watched::{Difference, DifferenceKind};

/// A repository.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// In the order in which they were made: parents before children.
    order: Vec<String>,
    pub(super) commits: BTreeMap<String, StoredCommit>,
    pub(super) branches: BTreeMap<String, String>,
    pub(super) fault: Option<Fault>,
}

impl Stored {
    pub(super) fn unknown(&self, url: &str, revision: &str) -> GitError {
        GitError::Revision { repository: url.to_owned(), revision: revision.to_owned() }
    }

    fn get(&self, url: &str, commit: &str) -> Result<&StoredCommit, GitError> {
        self.commits.get(commit).ok_or_else(|| self.unknown(url, commit))
    }

    /// Makes a commit; its hash.
    pub(super) fn add(
        &mut self,
        url: &str,
        parents: &[&str],
        changes: &Files,
        message: &str,
        made: &str,
    ) -> Result<String, GitError> {
        for parent in parents {
            self.get(url, parent)?;
        }
        let first = parents.first().and_then(|parent| self.commits.get(*parent));
        let mut files = first.map(|commit| commit.files.clone()).unwrap_or_default();
        for (path, bytes) in changes {
            match bytes {
                Some(bytes) => files.insert(path.clone(), bytes.clone()),
                None => files.remove(path),
            };
        }
        let parents = parents.iter().map(|parent| (*parent).to_owned()).collect();
        let (message, made) = (message.to_owned(), made.to_owned());
        let commit = StoredCommit { parents, message, files, made };
        let hash = commit.hash();
        if self.commits.insert(hash.clone(), commit).is_none() {
            self.order.push(hash.clone());
        }
        Ok(hash)
    }

    pub(super) fn push(&mut self, push: &Push) -> Result<Pushed, PushError> {
        let base = self.get(&push.url, &push.base_commit)?;
        check_paths(base, &push.files)?;
        let made = format!("{:?} {}", push.author, push.at);
        let commit = self.add(&push.url, &[&push.base_commit], &push.files, &push.message.text(), &made)?;
        let (repository, branch) = (push.url.clone(), push.branch.clone());
        match (self.branches.get(&push.branch), &self.fault) {
            (Some(tip), _) => match self.equal_commit(push, &commit, tip)? {
                Some(commit) => Ok(Pushed { commit, already_there: true }),
                None => Err(PushError::BranchTaken { repository, branch }),
            },
            (None, Some(Fault::Refuses(reason))) => {
                Err(PushError::Refused { repository, branch, reason: reason.clone() })
            }
            (None, _) => {
                self.branches.insert(branch, commit.clone());
                Ok(Pushed { commit, already_there: false })
            }
        }
    }

    /// The commit of an existing branch that is ours, or carries the same promotion and makes the same files.
    fn equal_commit(&self, push: &Push, ours: &str, tip: &str) -> Result<Option<String>, GitError> {
        let trailers = &push.message.trailers;
        let made = self.made_files(&push.base_commit, ours);
        let equal = |other: &Commit| {
            let is_named = Trailers::is_named_by(&other.message, &trailers.promotion, &trailers.preview_hash);
            let [parent] = other.parents.as_slice() else { return false };
            other.hash == ours || is_named && self.made_files(parent, &other.hash) == made
        };
        Ok(self.commits(&push.base_commit, tip)?.into_iter().find(equal).map(|commit| commit.hash))
    }

    fn made_files(&self, parent: &str, commit: &str) -> BTreeMap<&str, Option<&[u8]>> {
        let files = |commit: &str| self.commits.get(commit).map(|commit| &commit.files);
        let (Some(before), Some(after)) = (files(parent), files(commit)) else { return BTreeMap::new() };
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let differing = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
        differing.map(|path| (path.as_str(), after.get(path).map(Vec::as_slice))).collect()
    }

    pub(super) fn differences(
        &self,
        url: &str,
        before: &str,
        after: &str,
    ) -> Result<Vec<Difference>, GitError> {
        let (old, new) = (&self.get(url, before)?.files, &self.get(url, after)?.files);
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let differing = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
        let difference = |path: &String| {
            let both = old.contains_key(path) && new.contains_key(path);
            let kind = if both { DifferenceKind::Content } else { DifferenceKind::Listing };
            Difference { path: path.clone(), kind }
        };
        Ok(differing.map(difference).collect())
    }

    /// A commit and all that it is built on.
    fn ancestors(&self, commit: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&str> =
            self.commits.get_key_value(commit).map(|(hash, _)| hash.as_str()).into_iter().collect();
        while let Some(hash) = open.pop() {
            if found.insert(hash) {
                let parents =
                    self.commits.get(hash).map(|commit| commit.parents.as_slice()).unwrap_or_default();
                open.extend(parents.iter().map(String::as_str));
            }
        }
        found
    }
}

impl Repository for Stored {
    fn commits(&self, since: &str, head: &str) -> Result<Vec<Commit>, GitError> {
        let (old, new) = (self.ancestors(since), self.ancestors(head));
        let hashes = self
            .order
            .iter()
            .rev()
            .filter(|hash| new.contains(hash.as_str()) && !old.contains(hash.as_str()));
        let commit = |hash: &String| {
            let commit = self.commits.get(hash)?;
            let (parents, message) = (commit.parents.clone(), commit.message.clone());
            Some(Commit { hash: hash.clone(), parents, message })
        };
        Ok(hashes.filter_map(commit).collect())
    }

    fn changing(&self, since: &str, head: &str, paths: &[&str]) -> Result<Vec<String>, GitError> {
        let old = self.ancestors(since);
        let parent = |hash: &&str| self.commits.get(*hash)?.parents.first().map(String::as_str);
        let line = std::iter::successors(Some(head), parent).take_while(|hash| !old.contains(hash));
        let file = |hash: &str, path: &str| self.commits.get(hash)?.files.get(path);
        let changes = |hash: &&str| {
            let before = parent(hash).unwrap_or_default();
            paths.iter().any(|path| file(before, path) != file(hash, path))
        };
        let mut found: Vec<String> = line.filter(changes).map(str::to_owned).collect();
        found.reverse();
        Ok(found)
    }

    fn files(&self, commit: &str, paths: &[&str]) -> Result<Option<Vec<Option<Vec<u8>>>>, GitError> {
        let commit = self.commits.get(commit);
        Ok(commit.map(|commit| paths.iter().map(|path| commit.files.get(*path).cloned()).collect()))
    }
}

/// Refuses files in the place of directories, the other way round, and the removal of what is not there.
fn check_paths(base: &StoredCommit, files: &Files) -> Result<(), PushError> {
    for (path, bytes) in files {
        let is_directory = base.files.keys().any(|other| other.starts_with(&format!("{path}/")));
        let is_below_file = base.files.keys().any(|other| path.starts_with(&format!("{other}/")));
        if is_directory || is_below_file || bytes.is_none() && !base.files.contains_key(path) {
            return Err(PushError::invalid(format!("{path:?} is no file in the base commit")));
        }
    }
    Ok(())
}
