//! Merges as people and hosts make them, with the `git` command in a working tree.

use std::fs;
use std::path::PathBuf;

use gitops::git::{Git, How, Looking, Merge, Push, Seen};

use crate::real::run;
use crate::world::{BASE, RealWorld, World, edited, looking, push};

/// A clone in which somebody merges the branch of a promotion.
struct Workshop {
    world: RealWorld,
    push: Push,
    looking: Looking,
}

impl Workshop {
    fn new() -> Self {
        let world = RealWorld::new();
        let base = world.base();
        let push = push(&world, &base);
        let commit = world.git.push_branch(&push).unwrap().commit;
        let looking = looking(&push, &commit);
        let workshop = Self { world, push, looking };
        run(workshop.world.repository.directory.path(), &["clone", "--quiet", "shop.git", "clone"], "");
        workshop
    }

    fn path(&self) -> PathBuf {
        self.world.repository.directory.path().join("clone")
    }

    fn git(&self, arguments: &[&str]) -> String {
        run(&self.path(), arguments, "")
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path().join(path), text).unwrap();
    }

    /// Commits what was written to `main`, and pushes it.
    fn publish(&self, message: &str) -> String {
        self.git(&["commit", "--quiet", "--all", "--allow-empty", "-m", message]);
        self.git(&["push", "--quiet", "origin", "main"]);
        self.git(&["rev-parse", "main"])
    }

    fn branch(&self) -> String {
        format!("origin/{}", self.push.branch)
    }

    fn expect(&self, commit: &str, how: How) {
        let merge = Merge { commit: commit.to_owned(), how, incomplete: Vec::new() };
        assert_eq!(self.world.git.find_merge(&self.looking).unwrap(), Seen::Merged(merge));
    }

    /// The target moves on, in another file and in another place of the edited one.
    fn move_target(&self) {
        self.write("prod/web.yaml", &edited(&[5]));
        self.publish("meanwhile");
    }
}

#[test]
fn a_merge() {
    let shop = Workshop::new();
    shop.move_target();
    shop.git(&["merge", "--quiet", "--no-ff", "-m", "Merge pull request", &shop.branch()]);
    let merge = shop.publish("after").replace('\n', "");
    let merge = shop.git(&["rev-parse", &format!("{merge}^")]);
    shop.expect(&merge, How::Ancestor);
}

#[test]
fn a_squash_that_keeps_the_message() {
    let shop = Workshop::new();
    shop.move_target();
    shop.git(&["merge", "--quiet", "--squash", &shop.branch()]);
    // Git indents the messages; hosts do not.
    let squashed = shop.publish(&format!("Promote (#1)\n\n{}", shop.push.message.text()));
    shop.publish("after");
    shop.expect(&squashed, How::Trailer);
}

#[test]
fn a_squash_with_another_message() {
    let shop = Workshop::new();
    shop.move_target();
    shop.git(&["merge", "--quiet", "--squash", &shop.branch()]);
    let squashed = shop.publish("Promote (#1)");
    shop.publish("after");
    shop.expect(&squashed, How::Content);
}

#[test]
fn a_rebase() {
    let shop = Workshop::new();
    shop.move_target();
    shop.git(&["checkout", "--quiet", "-b", "rebased", &shop.branch()]);
    shop.git(&["rebase", "--quiet", "main"]);
    let rebased = shop.git(&["rev-parse", "HEAD"]);
    assert_ne!(rebased, shop.looking.branch_commit);
    shop.git(&["checkout", "--quiet", "main"]);
    shop.git(&["merge", "--quiet", "--ff-only", "rebased"]);
    shop.publish("after");
    shop.expect(&rebased, How::Trailer);
}

#[test]
fn a_rebase_with_another_message() {
    let shop = Workshop::new();
    shop.move_target();
    shop.git(&["cherry-pick", "--no-commit", &shop.branch()]);
    let picked = shop.publish("chore: promote");
    shop.expect(&picked, How::Content);
}

/// The one who picks it changes something else in the same file, in the same commit.
#[test]
fn a_pick_with_other_edits_of_the_same_file() {
    let shop = Workshop::new();
    shop.git(&["cherry-pick", "--no-commit", &shop.branch()]);
    shop.write("prod/web.yaml", &edited(&[2, 5, 8]));
    let picked = shop.publish("chore: promote, and more");
    shop.expect(&picked, How::Content);
}

#[test]
fn a_pick_without_a_part_of_the_edit() {
    let shop = Workshop::new();
    shop.git(&["cherry-pick", "--no-commit", &shop.branch()]);
    shop.write("prod/web.yaml", &edited(&[2, 5]));
    let head = shop.publish("chore: promote, but not all");
    assert_eq!(shop.world.git.find_merge(&shop.looking).unwrap(), Seen::Open { head });
}

/// What is reverted was merged; the promotion that follows is another matter.
#[test]
fn a_merge_that_was_reverted() {
    let shop = Workshop::new();
    shop.git(&["merge", "--quiet", "--squash", &shop.branch()]);
    let squashed = shop.publish("Promote (#1)");
    shop.git(&["revert", "--no-edit", "HEAD"]);
    shop.publish("after");
    assert_eq!(shop.git(&["show", "HEAD:prod/web.yaml"]) + "\n", BASE);
    shop.expect(&squashed, How::Content);
}

/// The mirror was thrown away since: the branch is fetched again.
#[test]
fn a_merge_seen_by_another_machine() {
    let shop = Workshop::new();
    shop.move_target();
    shop.git(&["merge", "--quiet", "--squash", &shop.branch()]);
    let squashed = shop.publish("Promote (#1)");
    let other = shop.world.repository.command_git("other mirrors", 60);
    let merge = Merge { commit: squashed.clone(), how: How::Content, incomplete: Vec::new() };
    assert_eq!(other.find_merge(&shop.looking).unwrap(), Seen::Merged(merge));
}
