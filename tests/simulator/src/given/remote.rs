//! Git hosts, as `gitops` reaches them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gitops::git::{Git, GitError, Looking, MemoryGit, Push, PushError, Pushed, Seen, Watched};

use crate::journal::Journal;
use crate::mutation::Mutation;
use crate::process::{Fate, NOBODY, Process};
use crate::repository::{self, DOCUMENT, TARGET};

/// The Git hosts of a history, and what was done to them.
#[derive(Default)]
pub(crate) struct Hosts {
    pub(crate) git: MemoryGit,
    heads: Mutex<BTreeMap<String, String>>,
    pushes: Mutex<Vec<Pushing>>,
    /// Branches that people have deleted.
    deleted: Mutex<BTreeSet<(String, String)>>,
}

/// A push, as the host saw it and as whoever pushed could know it.
#[derive(Debug, Clone)]
pub(crate) struct Pushing {
    pub(crate) url: String,
    pub(crate) promotion: String,
    pub(crate) branch: String,
    pub(crate) commit: String,
    /// The files that the plan read and that differ between its commit and the head that whoever pushed was told of.
    pub(crate) moved: Vec<String>,
    /// Whether the branch was there before.
    pub(crate) was_there: bool,
}

impl Hosts {
    /// A commit on the target branch, by people.
    pub(crate) fn commit(&self, url: &str, changes: &repository::Changes, message: &str) {
        let head = self.head(url);
        let parents: Vec<&str> = head.as_deref().into_iter().collect();
        // Parents are there: they are heads.
        if let Ok(commit) = self.git.commit(url, TARGET, &parents, changes, message) {
            lock(&self.heads).insert(url.to_owned(), commit);
        }
    }

    /// A merge commit of a branch, whose files are these.
    pub(crate) fn merge(&self, url: &str, branch_commit: &str, changes: &repository::Changes) {
        let Some(head) = self.head(url) else { return };
        if let Ok(commit) = self.git.commit(url, TARGET, &[&head, branch_commit], changes, "Merge") {
            lock(&self.heads).insert(url.to_owned(), commit);
        }
    }

    /// The head of the target branch, whatever the way to it.
    pub(crate) fn head(&self, url: &str) -> Option<String> {
        lock(&self.heads).get(url).cloned()
    }

    /// A file at the head of the target branch.
    pub(crate) fn file(&self, url: &str, path: &str) -> String {
        let bytes = self.head(url).and_then(|head| self.git.file(url, &head, path)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(crate) fn pushes(&self) -> Vec<Pushing> {
        lock(&self.pushes).clone()
    }

    /// A branch is deleted, by people.
    pub(crate) fn delete(&self, push: &Pushing) {
        self.git.delete_branch(&push.url, &push.branch);
        lock(&self.deleted).insert((push.url.clone(), push.branch.clone()));
    }

    /// Whether a branch that was pushed is where it was pushed to, or was until people deleted it.
    pub(crate) fn has(&self, push: &Pushing) -> bool {
        let branch = (push.url.clone(), push.branch.clone());
        let head = self.git.head(&push.url, &push.branch).ok().flatten();
        head.is_some() || lock(&self.deleted).contains(&branch)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Git, as a process reaches it. It is asked where that blocks, so a process that is to end ends when it waits next: until
/// then nobody answers it.
pub(crate) struct GivenGit {
    pub(crate) hosts: Arc<Hosts>,
    pub(crate) process: Process,
    known: Mutex<Known>,
    journal: Journal,
}

/// What the process knows.
#[derive(Default)]
struct Known {
    /// The head of each target, as it was told last.
    heads: BTreeMap<String, String>,
    /// What the process looked for when it asked what had moved.
    watched: BTreeMap<(String, String), Watched>,
    /// Branches of which nobody said whether they were pushed.
    unheard: BTreeSet<String>,
}

impl GivenGit {
    pub(crate) fn new(hosts: &Arc<Hosts>, process: &Process, journal: &Journal) -> Self {
        let (hosts, process, journal) = (Arc::clone(hosts), process.clone(), journal.clone());
        Self { hosts, process, known: Mutex::default(), journal }
    }

    /// Does something at a host, or not, and answers, or not.
    fn ask<T, E: From<GitError>>(&self, url: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let unreachable =
            || GitError::Unreachable { repository: url.to_owned(), why: NOBODY.to_owned() }.into();
        if self.process.is_dead() {
            return Err(unreachable());
        }
        match self.process.fate_at_host() {
            Fate::Done => work(),
            Fate::Lost => Err(unreachable()),
            Fate::Unheard => {
                let _ = work();
                Err(GitError::Timeout { repository: url.to_owned(), seconds: 120 }.into())
            }
            Fate::CrashBefore => {
                self.process.kill();
                Err(unreachable())
            }
            Fate::CrashAfter => {
                let _ = work();
                self.process.kill();
                Err(unreachable())
            }
        }
    }

    /// Now and then the target moves just when it was looked at.
    fn moves(&self, url: &str) {
        let weather = self.process.weather();
        let mut lot = self.process.lot();
        if !weather.is_calm() && lot.hits(weather.rates.moved) {
            repository::someone_commits(&self.hosts, url, &mut lot);
        }
    }

    /// The files that a push should have been held back for.
    fn moved(&self, push: &Push) -> Vec<String> {
        let known = lock(&self.known);
        let Some(head) = known.heads.get(&push.url).filter(|head| **head != push.base_commit) else {
            return Vec::new();
        };
        let edited = Watched { files: push.files.keys().cloned().collect(), ..Watched::default() };
        let watched = known.watched.get(&(push.base_commit.clone(), head.clone())).unwrap_or(&edited);
        // A host that is away answers the push with that, too.
        self.hosts.git.changed_between(&push.url, &push.base_commit, head, watched).unwrap_or_default()
    }

    fn mutated(&self, push: &Push) -> Push {
        let mut push = push.clone();
        if self.process.has(Mutation::SecondBranch) && lock(&self.known).unheard.contains(&push.branch) {
            push.branch.push_str("-again");
        }
        if self.process.has(Mutation::OtherContent) {
            push.files.values_mut().flatten().for_each(|bytes| bytes.extend_from_slice(b"# more\n"));
        }
        if self.process.has(Mutation::OtherFile) {
            push.files.insert(DOCUMENT.to_owned(), None);
        }
        push
    }
}

impl Git for GivenGit {
    fn push_branch(&self, push: &Push) -> Result<Pushed, PushError> {
        let push = self.mutated(push);
        let (moved, branches) = (self.moved(&push), &self.hosts.git);
        let pushed = self.ask(&push.url, || {
            let was_there = branches.head(&push.url, &push.branch)?.is_some();
            let pushed = branches.push_branch(&push)?;
            lock(&self.hosts.pushes).push(Pushing {
                url: push.url.clone(),
                promotion: push.message.trailers.promotion.clone(),
                branch: push.branch.clone(),
                commit: pushed.commit.clone(),
                moved,
                was_there,
            });
            if self.process.has(Mutation::PushLost) {
                branches.delete_branch(&push.url, &push.branch);
            }
            Ok(pushed)
        });
        match &pushed {
            Ok(pushed) => self.journal.note(format_args!("{} is pushed: {}", push.branch, pushed.commit)),
            Err(error) => {
                self.journal.note(format_args!("{} is not known to be pushed: {error}", push.branch))
            }
        }
        if matches!(pushed, Err(PushError::Git(_))) {
            lock(&self.known).unheard.insert(push.branch);
        }
        pushed
    }

    fn head(&self, url: &str, branch: &str) -> Result<Option<String>, GitError> {
        let head = self.ask(url, || self.hosts.git.head(url, branch))?;
        if branch == TARGET {
            lock(&self.known).heads.extend(head.iter().map(|head| (url.to_owned(), head.clone())));
            self.moves(url);
        }
        Ok(head)
    }

    fn files(&self, url: &str, commit: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        self.ask(url, || self.hosts.git.files(url, commit, paths))
    }

    fn changed_between(
        &self,
        url: &str,
        before: &str,
        after: &str,
        watched: &Watched,
    ) -> Result<Vec<String>, GitError> {
        lock(&self.known).watched.insert((before.to_owned(), after.to_owned()), watched.clone());
        let moved = self.ask(url, || self.hosts.git.changed_between(url, before, after, watched))?;
        Ok(if self.process.has(Mutation::NothingMoved) { Vec::new() } else { moved })
    }

    fn find_merge(&self, looking: &Looking) -> Result<Seen, GitError> {
        self.ask(&looking.url, || self.hosts.git.find_merge(looking))
    }
}
