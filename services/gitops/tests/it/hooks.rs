//! Hosts that refuse, take their time, or have trouble.

use std::fs;

use gitops::git::{Git, Push};

use crate::real::RealRepository;
use crate::world::{RealWorld, World, push};

fn open() -> (RealWorld, Push) {
    let world = RealWorld::new();
    let base = world.base();
    let push = push(&world, &base);
    (world, push)
}

#[test]
fn what_a_hook_says_is_told_in_plain_words() {
    let (world, push) = open();
    world.repository.hook(
        "pre-receive",
        r#"cat > /dev/null
printf '\033[31mGL-HOOK-ERR\033[0m: no\a\tway\nsee https://bot:s3cret@git.example/rules\n' >&2
exit 1"#,
    );
    let error = world.git.push_branch(&push).unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("PUSH_REFUSED", false));
    let shown = error.to_string();
    let expected = "GL-HOOK-ERR: no way see https://***@git.example/rules (pre-receive hook declined)";
    assert!(shown.ends_with(expected), "{shown}");
    assert!(!format!("{error:?}").contains("s3cret") && !shown.contains('\u{1b}'), "{error:?}");
    assert_eq!(world.repository.branches(), ["main"]);
}

#[test]
fn a_protected_namespace_is_a_refusal() {
    let (world, push) = open();
    world.repository.hook("update", "case $1 in refs/heads/plimsoll/*) echo protected >&2; exit 1;; esac");
    let error = world.git.push_branch(&push).unwrap_err();
    assert_eq!(error.code(), "PUSH_REFUSED");
    assert!(error.to_string().ends_with("protected (hook declined)"), "{error}");
    // A branch where the directory would be.
    let (world, push) = open();
    let base = push.base_commit.clone();
    world.repository.run(&["update-ref", "refs/heads/plimsoll", &base]);
    let error = world.git.push_branch(&push).unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("PUSH_REFUSED", false), "{error}");
    assert!(error.to_string().contains("'refs/heads/plimsoll' exists"), "{error}");
}

#[test]
fn the_hooks_of_the_host_run() {
    let (world, push) = open();
    for hook in ["pre-receive", "update", "post-receive", "post-update"] {
        let log = world.repository.directory.path().join("log").display().to_string();
        world.repository.hook(hook, &format!("cat > /dev/null; echo {hook} >> '{log}'"));
    }
    let first = world.git.push_branch(&push).unwrap();
    assert!(!first.already_there);
    let log = || fs::read_to_string(world.repository.directory.path().join("log")).unwrap();
    let ran = log();
    assert_eq!(ran.lines().collect::<Vec<_>>(), ["pre-receive", "update", "post-receive", "post-update"]);
    world.git.push_branch(&push).unwrap();
    assert_eq!(log(), ran, "the second push changes nothing on the host");
}

#[test]
fn a_host_that_takes_too_long_is_left_and_asked_again() {
    let (world, push) = open();
    let patient = &world.git;
    let hasty = world.repository.command_git("mirrors", 2);
    patient.head(&push.url, "main").unwrap();
    world.repository.hook("pre-receive", "cat > /dev/null; sleep 600");
    let error = hasty.push_branch(&push).unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("GIT_TIMEOUT", true), "{error}");
    assert_eq!(world.repository.branches(), ["main"]);

    // The host took the branch, and its answer came too late.
    world.repository.hook("pre-receive", "cat > /dev/null");
    world.repository.hook("post-receive", "cat > /dev/null; sleep 600");
    // On a busy machine even that takes more than one try.
    for _ in 0..20 {
        let error = hasty.push_branch(&push).unwrap_err();
        assert_eq!((error.code(), error.is_transient()), ("GIT_TIMEOUT", true), "{error}");
        if world.repository.branches().len() > 1 {
            break;
        }
    }
    let pushed = patient.push_branch(&push).unwrap();
    assert!(pushed.already_there);
    assert_eq!(world.repository.branches(), ["main", push.branch.as_str()]);
}

/// A watcher fetches into the same mirror, and throws it away if that fails.
#[test]
fn while_a_host_takes_its_time_the_mirror_is_written_to_and_not_thrown_away() {
    let (world, push) = open();
    let directory = world.repository.directory.path();
    let (mirrors, free) = (directory.join("mirrors"), directory.join("free"));
    let script = format!(
        "cat > /dev/null; cd '{}'; for lock in lock kept; do flock -n *.$lock echo $lock; done > '{}'; exit 0",
        mirrors.display(),
        free.display()
    );
    world.repository.hook("pre-receive", &script);
    world.git.push_branch(&push).unwrap();
    assert_eq!(fs::read_to_string(free).unwrap(), "lock\n");
}

#[test]
fn a_host_in_trouble_is_tried_again() {
    let (world, push) = open();
    // Somebody else is about to make the branch, or died when he was.
    let lock = world.repository.path().join("refs/heads").join(format!("{}.lock", push.branch));
    fs::create_dir_all(lock.parent().unwrap()).unwrap();
    fs::write(&lock, "").unwrap();
    let error = world.git.push_branch(&push).unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("GIT_UNREACHABLE", true), "{error}");
    fs::remove_file(&lock).unwrap();
    assert!(!world.git.push_branch(&push).unwrap().already_there);
}

#[test]
fn a_repository_that_is_taken_away_between_two_steps_is_gone() {
    let (world, push) = open();
    let path = world.repository.path().display().to_string();
    world.repository.hook("pre-receive", &format!("cat > /dev/null; rm -rf '{path}'"));
    let error = world.git.push_branch(&push).unwrap_err();
    assert!(error.code().starts_with("GIT_"), "{error}");
    let error = world.git.push_branch(&push).unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("GIT_REPOSITORY_GONE", false), "{error}");
}

/// Two machines do the same at once, again and again.
#[test]
fn two_who_push_at_once_make_one_branch() {
    for round in 0..4 {
        let repository = RealRepository::new();
        // Both are sent the list of branches before either has pushed.
        repository.hook("pre-receive", "cat > /dev/null; sleep 0.1");
        let (one, two) = (repository.command_git("one", 60), repository.command_git("two", 60));
        let world = RealWorld { git: repository.command_git("mirrors", 60), repository };
        let base = world.base();
        let push = push(&world, &base);
        // In every second round the times differ, and with them the commits.
        let other = Push { at: push.at + round % 2, ..push.clone() };
        let (first, second) = std::thread::scope(|scope| {
            let (one, two) =
                (scope.spawn(|| one.push_branch(&push)), scope.spawn(|| two.push_branch(&other)));
            (one.join().unwrap(), two.join().unwrap())
        });
        let (first, second) = match (first, second) {
            // The host may answer one of them that the branch is locked: tried again, it is there.
            (Ok(first), Err(error)) if error.is_transient() => (first, two.push_branch(&other).unwrap()),
            (Err(error), Ok(second)) if error.is_transient() => (one.push_branch(&push).unwrap(), second),
            (first, second) => (first.unwrap(), second.unwrap()),
        };
        assert_eq!(first.commit, second.commit, "round {round}");
        assert!(first.already_there != second.already_there || round % 2 == 0, "round {round}");
        assert_eq!(world.repository.branches(), ["main", push.branch.as_str()]);
        assert_eq!(world.head(&push.branch), Some(first.commit));
    }
}
