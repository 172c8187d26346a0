//! What holds for every `Git`: recognising a merge.

use gitops::git::{How, Looking, Merge, Push, Seen};

use crate::world::{World, edited, looking, on_both, push};

/// A promotion that has been pushed.
struct Open<'w> {
    world: &'w dyn World,
    base: String,
    push: Push,
    commit: String,
    looking: Looking,
}

impl<'w> Open<'w> {
    fn new(world: &'w dyn World) -> Self {
        let base = world.base();
        let push = push(world, &base);
        let commit = world.git().push_branch(&push).unwrap().commit;
        let looking = looking(&push, &commit);
        Self { world, base, push, commit, looking }
    }

    fn see(&self) -> Seen {
        self.world.git().find_merge(&self.looking).unwrap()
    }

    /// A commit on top of `main` with the files of the promotion and some more.
    fn squash(&self, on: &str, more: &[(&str, Option<&str>)], message: &str) -> String {
        let web = edited(&[2, 8]);
        let mut changes = vec![("prod/web.yaml", Some(web.as_str())), ("prod/new.yaml", Some("new\n"))];
        changes.extend_from_slice(more);
        self.world.commit("main", &[on], &changes, message)
    }

    /// A commit on top of `main` that has nothing to do with the promotion.
    fn other(&self, on: &str, name: &str) -> String {
        self.world.commit("main", &[on], &[(name, Some("x\n"))], "something else")
    }
}

fn merged(commit: &str, how: How) -> Seen {
    Seen::Merged(Merge { commit: commit.to_owned(), how, incomplete: Vec::new() })
}

#[test]
fn nothing_is_merged_before_it_is() {
    on_both(|world| {
        let open = Open::new(world);
        assert_eq!(open.see(), Seen::Open { head: open.base.clone() });
        let head = open.other(&open.base, "other");
        assert_eq!(open.see(), Seen::Open { head });
    });
}

#[test]
fn a_merge_commit_is_recognised_by_the_commit_that_was_pushed() {
    on_both(|world| {
        let open = Open::new(world);
        let before = open.other(&open.base, "before");
        let web = edited(&[2, 8]);
        let changes = [("prod/web.yaml", Some(web.as_str())), ("prod/new.yaml", Some("new\n"))];
        let merge = world.commit("main", &[&before, &open.commit], &changes, "Merge pull request #1");
        assert_eq!(open.see(), merged(&merge, How::Ancestor));
        let after = open.other(&merge, "after");
        open.other(&after, "after that");
        world.delete_branch(&open.push.branch);
        assert_eq!(open.see(), merged(&merge, How::Ancestor));
    });
}

#[test]
fn a_fast_forward_is_recognised() {
    on_both(|world| {
        let open = Open::new(world);
        world.commit("main", &[&open.commit], &[("after", Some("x\n"))], "after");
        assert_eq!(open.see(), merged(&open.commit, How::Ancestor));
    });
}

/// The merge came by way of another branch that was merged later.
#[test]
fn the_commit_that_brought_it_to_the_target_is_told() {
    on_both(|world| {
        let open = Open::new(world);
        let web = edited(&[2, 8]);
        let changes = [("prod/web.yaml", Some(web.as_str())), ("prod/new.yaml", Some("new\n"))];
        let release = world.commit("release", &[&open.base], &[("release", Some("1\n"))], "release");
        let inner = world.commit("release", &[&release, &open.commit], &changes, "merge into release");
        let main = open.other(&open.base, "main");
        let all = [changes[0], changes[1], ("release", Some("1\n"))];
        let outer = world.commit("main", &[&main, &inner], &all, "merge the release");
        assert_eq!(open.see(), merged(&outer, How::Ancestor));
    });
}

#[test]
fn a_squashed_commit_is_recognised_by_its_trailers() {
    on_both(|world| {
        let open = Open::new(world);
        let before = open.other(&open.base, "before");
        let message = format!(
            "Promote (#12)\n\n* {}\n\nCo-authored-by: Ben <b@example.com>\n",
            open.push.message.text()
        );
        let squashed = open.squash(&before, &[], &message);
        open.other(&squashed, "after");
        assert_eq!(open.see(), merged(&squashed, How::Trailer));
    });
}

/// Squashed with another message: only the files say it.
#[test]
fn a_squashed_commit_is_recognised_by_its_content() {
    on_both(|world| {
        let open = Open::new(world);
        let before = open.other(&open.base, "before");
        let squashed = open.squash(&before, &[("docs.md", Some("x\n"))], "Promote shop (#12)");
        let after = open.other(&squashed, "after");
        // The same file moves on, too.
        world.commit("main", &[&after], &[("prod/web.yaml", Some("later\n"))], "later");
        assert_eq!(open.see(), merged(&squashed, How::Content));
        world.delete_branch(&open.push.branch);
        assert_eq!(open.see(), merged(&squashed, How::Content));
    });
}

/// Rebased into two commits: it is there with the second one.
#[test]
fn content_that_comes_in_parts_is_there_with_the_last_part() {
    on_both(|world| {
        let open = Open::new(world);
        let web = edited(&[2, 8]);
        let first = world.commit("main", &[&open.base], &[("prod/web.yaml", Some(&web))], "one");
        assert_eq!(open.see(), Seen::Open { head: first.clone() });
        let between = open.other(&first, "between");
        let second = world.commit("main", &[&between], &[("prod/new.yaml", Some("new\n"))], "two");
        assert_eq!(open.see(), merged(&second, How::Content));
    });
}

/// The target had other edits in the same file; the message is another one.
#[test]
fn an_edit_is_recognised_among_other_edits_of_its_file() {
    on_both(|world| {
        let open = Open::new(world);
        let (other, both) = (edited(&[5]), edited(&[2, 5, 8]));
        let before = world.commit("main", &[&open.base], &[("prod/web.yaml", Some(&other))], "other");
        assert_eq!(open.see(), Seen::Open { head: before.clone() });
        let changes = [("prod/web.yaml", Some(both.as_str())), ("prod/new.yaml", Some("new\n"))];
        let squashed = world.commit("main", &[&before], &changes, "promote");
        assert_eq!(open.see(), merged(&squashed, How::Content));
    });
}

#[test]
fn a_part_of_the_edit_is_no_merge() {
    on_both(|world| {
        let open = Open::new(world);
        for (web, new) in [
            (edited(&[2]), Some("new\n")),
            (edited(&[2, 8]), None),
            (edited(&[2, 8]), Some("other\n")),
            (edited(&[2, 8]).replace("8: edited", "8: changed"), Some("new\n")),
            (edited(&[2, 7, 8]).replace("7: edited\n", ""), Some("new\n")),
        ] {
            let mut changes = vec![("prod/web.yaml", Some(web.as_str()))];
            changes.extend(new.map(|new| ("prod/new.yaml", Some(new))));
            let head = world.commit("main", &[&open.base], &changes, "something like it");
            assert_eq!(open.see(), Seen::Open { head }, "{changes:?}");
        }
    });
}

#[test]
fn a_removed_file_is_part_of_the_edit() {
    on_both(|world| {
        let base = world.base();
        let push = Push { files: crate::world::files(&[("prod/api.yaml", None)]), ..push(world, &base) };
        let commit = world.git().push_branch(&push).unwrap().commit;
        let looking = looking(&push, &commit);
        let head = world.commit("main", &[&base], &[("prod/web.yaml", None)], "another file");
        assert_eq!(world.git().find_merge(&looking).unwrap(), Seen::Open { head: head.clone() });
        let head = world.commit("main", &[&head], &[("prod/api.yaml", None)], "remove");
        assert_eq!(world.git().find_merge(&looking).unwrap(), merged(&head, How::Content));
    });
}

#[test]
fn another_promotion_or_preview_is_not_this_one() {
    on_both(|world| {
        let open = Open::new(world);
        let text = open.push.message.text();
        let first =
            world.commit("main", &[&open.base], &[("a", Some("x\n"))], &text.replace("c0ffee", "bad"));
        let second = world.commit("main", &[&first], &[("b", Some("x\n"))], &text.replace("9f00", "9f01"));
        assert_eq!(open.see(), Seen::Open { head: second });
    });
}

/// A reviewer changed the branch before it was merged: it is merged, and what differs is told.
#[test]
fn what_was_changed_before_the_merge_is_told() {
    on_both(|world| {
        let open = Open::new(world);
        let web = edited(&[2]);
        let changes = [("prod/web.yaml", Some(web.as_str())), ("prod/new.yaml", Some("new\n"))];
        let squashed = world.commit("main", &[&open.base], &changes, &open.push.message.text());
        let incomplete = vec!["prod/web.yaml".to_owned()];
        let expected = Merge { commit: squashed, how: How::Trailer, incomplete };
        assert_eq!(open.see(), Seen::Merged(expected));
    });
}

#[test]
fn a_branch_that_goes_without_a_merge_is_closed() {
    on_both(|world| {
        let open = Open::new(world);
        let head = open.other(&open.base, "other");
        world.delete_branch(&open.push.branch);
        assert_eq!(open.see(), Seen::BranchDeleted { head });
    });
}

/// The next look begins where the last one ended.
#[test]
fn a_look_goes_on_from_the_last_head() {
    on_both(|world| {
        let mut open = Open::new(world);
        for name in ["a", "b", "c"] {
            let head = open.other(&open.looking.since_commit, name);
            assert_eq!(open.see(), Seen::Open { head: head.clone() });
            open.looking.since_commit = head;
        }
        let squashed = open.squash(&open.looking.since_commit, &[], "promote");
        assert_eq!(open.see(), merged(&squashed, How::Content));
    });
}

#[test]
fn a_target_whose_history_is_rewritten_is_still_looked_at() {
    on_both(|world| {
        let mut open = Open::new(world);
        let root = world.commit("main", &[], &[("prod/web.yaml", Some("other\n"))], "anew");
        assert_eq!(open.see(), Seen::Open { head: root.clone() });
        let squashed = open.squash(&root, &[], "promote");
        assert_eq!(open.see(), merged(&squashed, How::Content));
        // Where it began is gone for ever.
        open.looking.since_commit = "ab".repeat(20);
        assert_eq!(open.see(), merged(&squashed, How::Content));
    });
}

#[test]
fn a_target_branch_that_is_not_there_is_said() {
    on_both(|world| {
        let mut open = Open::new(world);
        open.looking.target_branch = "none".to_owned();
        let error = world.git().find_merge(&open.looking).unwrap_err();
        assert_eq!((error.code(), error.is_transient()), ("REVISION_NOT_FOUND", false));
    });
}
