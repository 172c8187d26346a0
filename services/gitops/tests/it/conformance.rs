//! What holds for every `Git`: pushing.

use gitops::git::{Message, Push, Trailers, Watched};

use crate::world::{BASE, edited, files, on_both, push};

#[test]
fn a_branch_is_made_on_the_pinned_commit() {
    on_both(|world| {
        let base = world.base();
        let moved = world.commit("main", &[&base], &[("other.yaml", Some("x\n"))], "the target moved on");
        let push = push(world, &base);
        let pushed = world.git().push_branch(&push).unwrap();
        assert!(!pushed.already_there);
        assert_eq!(world.head(&push.branch).as_ref(), Some(&pushed.commit));
        assert_eq!(world.head("main"), Some(moved), "the target is not touched");
        assert_eq!(world.file(&pushed.commit, "prod/web.yaml"), Some(edited(&[2, 8])));
        assert_eq!(world.file(&pushed.commit, "prod/new.yaml").as_deref(), Some("new\n"));
        assert_eq!(world.file(&pushed.commit, "prod/api.yaml").as_deref(), Some(BASE));
        assert_eq!(world.file(&pushed.commit, "other.yaml"), None);
        assert_eq!(Trailers::parse(&world.message(&pushed.commit)), [push.message.trailers]);
    });
}

#[test]
fn pushing_twice_makes_one_branch() {
    on_both(|world| {
        let base = world.base();
        let push = push(world, &base);
        let first = world.git().push_branch(&push).unwrap();
        let second = world.git().push_branch(&push).unwrap();
        assert_eq!((&second.commit, second.already_there), (&first.commit, true));
        assert_eq!(world.head(&push.branch), Some(first.commit));
    });
}

#[test]
fn a_commit_follows_from_what_is_pushed() {
    on_both(|world| {
        let base = world.base();
        let push = push(world, &base);
        let commit = |push: &Push| {
            let pushed = world.git().push_branch(push).unwrap();
            world.delete_branch(&push.branch);
            pushed.commit
        };
        let first = commit(&push);
        assert_eq!(commit(&push), first);
        let mut others = vec![Push { at: push.at + 1, ..push.clone() }];
        others.push(Push { files: files(&[("prod/web.yaml", None)]), ..push.clone() });
        let author = gitops::git::Author { name: "Another".to_owned(), ..push.author.clone() };
        others.push(Push { author, ..push.clone() });
        let message = Message { body: "other".to_owned(), ..push.message.clone() };
        others.push(Push { message, ..push.clone() });
        for other in others {
            assert_ne!(commit(&other), first, "{other:?}");
        }
    });
}

#[test]
fn files_come_and_go() {
    on_both(|world| {
        let base = world.base();
        let changes = [("prod/api.yaml", None), ("prod/web.yaml", None), ("deep/er/a b.yaml", Some("x\n"))];
        let push = Push { files: files(&changes), ..push(world, &base) };
        let commit = world.git().push_branch(&push).unwrap().commit;
        assert_eq!(world.file(&commit, "prod/web.yaml"), None);
        assert_eq!(world.file(&commit, "deep/er/a b.yaml").as_deref(), Some("x\n"));
    });
}

#[test]
fn what_does_not_fit_the_base_is_not_pushed() {
    on_both(|world| {
        let base = world.base();
        for changes in [
            [("prod", Some("a file in the place of a directory"))],
            [("prod/web.yaml/x.yaml", Some("a directory in the place of a file"))],
            [("prod/none.yaml", None)],
            [("../x.yaml", Some("x"))],
            [(".git/config", Some("x"))],
        ] {
            let push = Push { files: files(&changes), ..push(world, &base) };
            let error = world.git().push_branch(&push).unwrap_err();
            assert_eq!((error.code(), error.is_transient()), ("PUSH_INVALID", false), "{changes:?}");
            assert_eq!(world.head(&push.branch), None);
        }
        let unknown = push(world, &"ab".repeat(20));
        assert_eq!(world.git().push_branch(&unknown).unwrap_err().code(), "REVISION_NOT_FOUND");
        let target = Push { branch: "main".to_owned(), ..push(world, &base) };
        assert_eq!(world.git().push_branch(&target).unwrap_err().code(), "PUSH_INVALID");
    });
}

#[test]
fn a_branch_of_the_same_promotion_counts_as_pushed() {
    on_both(|world| {
        let base = world.base();
        let ours = push(world, &base);
        // Pushed earlier, at another time.
        let earlier = world.git().push_branch(&Push { at: 1, ..ours.clone() }).unwrap().commit;
        let again = world.git().push_branch(&ours).unwrap();
        assert_eq!((&again.commit, again.already_there), (&earlier, true));
        // A person has put a commit on top since.
        let tip = world.commit(&ours.branch, &[&earlier], &[("prod/web.yaml", Some("reviewed\n"))], "review");
        let again = world.git().push_branch(&ours).unwrap();
        assert_eq!((&again.commit, again.already_there), (&earlier, true));
        assert_eq!(world.head(&ours.branch), Some(tip), "theirs is kept");
    });
}

#[test]
fn a_branch_that_only_looks_like_ours_is_not_ours() {
    on_both(|world| {
        let base = world.base();
        let push = push(world, &base);
        let named = push.message.text();
        let web = edited(&[2, 8]);
        let other_preview = named.replace("c0ffee", "bad");
        let (edit, new) = (("prod/web.yaml", Some(web.as_str())), ("prod/new.yaml", Some("new\n")));
        for (changes, message) in [
            (vec![edit, new], "another promotion"),
            (vec![edit, new], &other_preview),
            // The trailers of ours, and another change.
            (vec![edit, ("prod/new.yaml", Some("evil\n"))], &named),
            (vec![edit], &named),
            (vec![edit, new, ("more", Some("x\n"))], &named),
        ] {
            let theirs = world.commit(&push.branch, &[&base], &changes, message);
            let error = world.git().push_branch(&push).unwrap_err();
            assert_eq!((error.code(), error.is_transient()), ("PUSH_BRANCH_TAKEN", false), "{message}");
            assert_eq!(world.head(&push.branch), Some(theirs), "it is left as it is");
        }
    });
}

#[test]
fn a_host_that_refuses_says_why() {
    on_both(|world| {
        let base = world.base();
        world.refuse("only the release team pushes here");
        let push = push(world, &base);
        let error = world.git().push_branch(&push).unwrap_err();
        assert_eq!((error.code(), error.is_transient()), ("PUSH_REFUSED", false));
        assert!(error.to_string().contains("only the release team pushes here"), "{error}");
        assert_eq!(world.head(&push.branch), None);
    });
}

#[test]
fn a_repository_that_vanishes_is_gone() {
    on_both(|world| {
        let base = world.base();
        let push = push(world, &base);
        world.git().push_branch(&push).unwrap();
        world.remove();
        let error = world.git().push_branch(&push).unwrap_err();
        assert_eq!((error.code(), error.is_transient()), ("GIT_REPOSITORY_GONE", false), "{error}");
        assert_eq!(world.git().head(&push.url, "main").unwrap_err().code(), "GIT_REPOSITORY_GONE");
        let looking = crate::world::looking(&push, &base);
        assert_eq!(world.git().find_merge(&looking).unwrap_err().code(), "GIT_REPOSITORY_GONE");
    });
}

#[test]
fn what_the_plan_read_is_held_against_another_commit() {
    on_both(|world| {
        let base = world.base();
        let set = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
        let watched = Watched { files: set(&["prod/web.yaml"]), directories: set(&["prod"]) };
        let changed = |changes: &[(&str, Option<&str>)]| {
            let after = world.commit("main", &[&base], changes, "later");
            world.git().changed_between(&world.url(), &base, &after, &watched).unwrap()
        };
        let none: [&str; 0] = [];
        assert_eq!(changed(&[]), none);
        assert_eq!(changed(&[("other.yaml", Some("x\n")), ("prod/api.yaml", Some("x\n"))]), none);
        assert_eq!(changed(&[("prod/web.yaml", Some("x\n"))]), ["prod/web.yaml"]);
        assert_eq!(changed(&[("prod/web.yaml", None)]), ["prod/web.yaml"]);
        assert_eq!(changed(&[("prod/sub/new.yaml", Some("x\n"))]), ["prod/sub/new.yaml"]);
        assert_eq!(
            changed(&[("prod/api.yaml", None), ("prod/b.yaml", Some(BASE))]),
            ["prod/api.yaml", "prod/b.yaml"]
        );
        let unknown = "ab".repeat(20);
        let error = world.git().changed_between(&world.url(), &base, &unknown, &watched).unwrap_err();
        assert_eq!(error.code(), "REVISION_NOT_FOUND");
    });
}

/// The target's history is rewritten: what the plan read is still held against the head that there is.
#[test]
fn a_target_that_was_rewritten_has_moved_only_if_the_files_differ() {
    on_both(|world| {
        let base = world.base();
        let other = world.commit("main", &[], &[("prod/web.yaml", Some(BASE)), ("z", Some("x\n"))], "anew");
        let set = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
        let file = |path| Watched { files: set(&[path]), directories: set(&[]) };
        let changed = |path| world.git().changed_between(&world.url(), &base, &other, &file(path)).unwrap();
        assert!(changed("prod/web.yaml").is_empty());
        assert_eq!(changed("prod/api.yaml"), ["prod/api.yaml"]);
        assert_eq!(world.head("none"), None);
    });
}
