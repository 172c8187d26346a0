//! A place with one repository, real or in memory, and what a test needs to do to it.

use std::collections::BTreeMap;

use gitops::git::{Author, CommandGit, Fault, Files, Git, Looking, MemoryGit, Message, Push, Trailers};
use source::sha256;

use crate::real::RealRepository;

/// What a test does to a repository, as its owner.
pub(crate) trait World: Send + Sync + 'static {
    fn git(&self) -> &dyn Git;
    fn url(&self) -> String;
    /// Makes a commit with the files of its first parent and some changes, and points a branch to it.
    fn commit(
        &self,
        branch: &str,
        parents: &[&str],
        changes: &[(&str, Option<&str>)],
        message: &str,
    ) -> String;
    fn delete_branch(&self, branch: &str);
    fn message(&self, commit: &str) -> String;
    fn file(&self, commit: &str, path: &str) -> Option<String>;
    /// From now on the host refuses new branches, and says why.
    fn refuse(&self, reason: &str);
    /// Takes the repository away.
    fn remove(&self);

    fn head(&self, branch: &str) -> Option<String> {
        self.git().head(&self.url(), branch).unwrap()
    }

    /// A base commit on `main`, with the files that tests edit.
    fn base(&self) -> String {
        self.commit("main", &[], &[("prod/web.yaml", Some(BASE)), ("prod/api.yaml", Some(BASE))], "base")
    }
}

/// Ten lines, so that changes can lie apart.
pub(crate) const BASE: &str = "1: a\n2: a\n3: a\n4: a\n5: a\n6: a\n7: a\n8: a\n9: a\n10: a\n";

/// The base with some of its lines changed.
pub(crate) fn edited(lines: &[usize]) -> String {
    lines.iter().fold(BASE.to_owned(), |text, line| {
        let (old, new) = (format!("{line}: a\n"), format!("{line}: edited\n"));
        // A line's number may be the end of another's.
        text.split_inclusive('\n').map(|text| if text == old { new.as_str() } else { text }).collect()
    })
}

pub(crate) const PROMOTION: &str = "0190a6e2-7b1c-7d3e-8f4a-5b6c7d8e9f00";

pub(crate) fn files(changes: &[(&str, Option<&str>)]) -> Files {
    changes
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.map(|text| text.as_bytes().to_vec())))
        .collect()
}

/// The push of a promotion that edits lines 2 and 8 of one file, and makes another.
pub(crate) fn push(world: &dyn World, base: &str) -> Push {
    let edited = edited(&[2, 8]);
    let trailers = Trailers {
        promotion: PROMOTION.to_owned(),
        preview_hash: "c0ffee".to_owned(),
        approved_by: vec!["ana".to_owned(), "ben".to_owned()],
    };
    Push {
        url: world.url(),
        base_commit: base.to_owned(),
        target_branch: "main".to_owned(),
        branch: format!("plimsoll/{PROMOTION}"),
        files: files(&[("prod/web.yaml", Some(&edited)), ("prod/new.yaml", Some("new\n"))]),
        message: Message {
            subject: "Promote shop to production".to_owned(),
            body: "web: 1.2 -> 1.3".to_owned(),
            trailers,
        },
        author: Author { name: "Plimsoll".to_owned(), email: "plimsoll@example.com".to_owned() },
        at: 1_700_000_000,
    }
}

/// What to look for after a push.
pub(crate) fn looking(push: &Push, commit: &str) -> Looking {
    let planned: BTreeMap<String, Option<String>> =
        push.files.iter().map(|(path, bytes)| (path.clone(), bytes.as_deref().map(sha256))).collect();
    Looking {
        url: push.url.clone(),
        target_branch: push.target_branch.clone(),
        since_commit: push.base_commit.clone(),
        promotion: push.message.trailers.promotion.clone(),
        preview_hash: push.message.trailers.preview_hash.clone(),
        branch: push.branch.clone(),
        branch_commit: commit.to_owned(),
        base_commit: push.base_commit.clone(),
        planned,
    }
}

/// Runs a test on the command and on its twin.
pub(crate) fn on_both(test: impl Fn(&dyn World)) {
    test(&RealWorld::new());
    test(&MemoryWorld::new());
}

pub(crate) struct RealWorld {
    pub(crate) repository: RealRepository,
    pub(crate) git: CommandGit,
}

impl RealWorld {
    pub(crate) fn new() -> Self {
        let repository = RealRepository::new();
        let git = repository.command_git("mirrors", 60);
        Self { repository, git }
    }
}

impl World for RealWorld {
    fn git(&self) -> &dyn Git {
        &self.git
    }

    fn url(&self) -> String {
        self.repository.url()
    }

    fn commit(
        &self,
        branch: &str,
        parents: &[&str],
        changes: &[(&str, Option<&str>)],
        message: &str,
    ) -> String {
        self.repository.commit(branch, parents, changes, message)
    }

    fn delete_branch(&self, branch: &str) {
        self.repository.run(&["update-ref", "-d", &format!("refs/heads/{branch}")]);
    }

    fn message(&self, commit: &str) -> String {
        self.repository.run(&["log", "-1", "--format=%B", commit]) + "\n"
    }

    fn file(&self, commit: &str, path: &str) -> Option<String> {
        let exists = self.repository.try_run(&["cat-file", "-e", &format!("{commit}:{path}")]).is_ok();
        exists.then(|| self.repository.run(&["cat-file", "blob", &format!("{commit}:{path}")]) + "\n")
    }

    fn refuse(&self, reason: &str) {
        self.repository.hook("pre-receive", &format!("cat > /dev/null; echo '{reason}' >&2; exit 1"));
    }

    fn remove(&self) {
        std::fs::remove_dir_all(self.repository.path()).unwrap();
    }
}

pub(crate) struct MemoryWorld {
    pub(crate) git: MemoryGit,
}

const MEMORY_URL: &str = "https://git.example/shop.git";

impl MemoryWorld {
    pub(crate) fn new() -> Self {
        let git = MemoryGit::new();
        git.create(MEMORY_URL);
        Self { git }
    }
}

impl World for MemoryWorld {
    fn git(&self) -> &dyn Git {
        &self.git
    }

    fn url(&self) -> String {
        MEMORY_URL.to_owned()
    }

    fn commit(
        &self,
        branch: &str,
        parents: &[&str],
        changes: &[(&str, Option<&str>)],
        message: &str,
    ) -> String {
        self.git.commit(MEMORY_URL, branch, parents, &files(changes), message).unwrap()
    }

    fn delete_branch(&self, branch: &str) {
        self.git.delete_branch(MEMORY_URL, branch);
    }

    fn message(&self, commit: &str) -> String {
        self.git.message(MEMORY_URL, commit).unwrap()
    }

    fn file(&self, commit: &str, path: &str) -> Option<String> {
        Some(String::from_utf8(self.git.file(MEMORY_URL, commit, path)?).unwrap())
    }

    fn refuse(&self, reason: &str) {
        self.git.set_fault(MEMORY_URL, Some(Fault::Refuses(reason.to_owned())));
    }

    fn remove(&self) {
        self.git.remove(MEMORY_URL);
    }
}
