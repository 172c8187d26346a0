//! What only a real repository has: modes, links, odd names, the configuration of a user.

use std::process::Command;

use gitops::git::{Author, CommandGit, Git, Push};
use source::{MirrorOptions, Reach};

use crate::real::{RealRepository, run};
use crate::world::{RealWorld, World, edited, files, push};

/// A commit on `main` with entries of any mode.
fn commit_entries(repository: &RealRepository, parent: &str, entries: &[(&str, &str, &str)]) -> String {
    let index = repository.directory.path().join("entries");
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .arg("-C")
            .arg(repository.path())
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
            .args(arguments)
            .env("GIT_INDEX_FILE", &index)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["read-tree", parent]);
    for (mode, path, text) in entries {
        let blob = run(&repository.path(), &["hash-object", "-w", "--stdin"], text);
        git(&["update-index", "--add", "--cacheinfo", &format!("{mode},{blob},{path}")]);
    }
    let commit = git(&["commit-tree", &git(&["write-tree"]), "-p", parent, "-m", "entries"]);
    git(&["update-ref", "refs/heads/main", &commit]);
    commit
}

fn tree(repository: &RealRepository, commit: &str) -> Vec<String> {
    let listed = repository.run(&["ls-tree", "-r", "--format=%(objectmode) %(path)", commit]);
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn modes_stay_and_links_are_followed() {
    let world = RealWorld::new();
    let root = world.base();
    let entries = [
        ("100755", "prod/run.yaml", "x"),
        ("120000", "prod/linked.yaml", "../shared/base.yaml"),
        ("100644", "shared/base.yaml", "old\n"),
        ("120000", "envs", "prod"),
        ("120000", "out.yaml", "../../etc/passwd"),
    ];
    let base = commit_entries(&world.repository, &root, &entries);
    let changes = [
        ("prod/run.yaml", Some("y")),
        ("prod/linked.yaml", Some("new\n")),
        ("envs/made.yaml", Some("made\n")),
        ("\"quoted\" é.yaml", Some("q\n")),
    ];
    let push = Push { files: files(&changes), ..push(&world, &base) };
    let commit = world.git.push_branch(&push).unwrap().commit;
    let expected = [
        "100644 \"\\\"quoted\\\" \\303\\251.yaml\"",
        "120000 envs",
        "120000 out.yaml",
        "100644 prod/api.yaml",
        "120000 prod/linked.yaml",
        "100644 prod/made.yaml",
        "100755 prod/run.yaml",
        "100644 prod/web.yaml",
        "100644 shared/base.yaml",
    ];
    assert_eq!(tree(&world.repository, &commit), expected);
    assert_eq!(world.file(&commit, "shared/base.yaml").as_deref(), Some("new\n"));
    let touched = world.repository.run(&["diff-tree", "-r", "--name-only", &base, &commit]);
    assert_eq!(touched.lines().count(), 4, "{touched}");

    for (changes, code) in [
        (vec![("out.yaml", Some("x"))], "SOURCE_OUTSIDE"),
        (vec![("shared/base.yaml", Some("1")), ("prod/linked.yaml", Some("2"))], "PUSH_INVALID"),
    ] {
        let push = Push { files: files(&changes), ..push.clone() };
        assert_eq!(world.git.push_branch(&push).unwrap_err().code(), code);
    }
}

#[test]
fn bytes_and_people_arrive_as_they_are() {
    let world = RealWorld::new();
    let base = world.base();
    let mut push = push(&world, &base);
    let bytes: Vec<u8> = (0..=255).collect();
    push.files.insert("prod/binary".to_owned(), Some(bytes.clone()));
    push.files.insert("prod/empty".to_owned(), Some(Vec::new()));
    push.author =
        Author { name: "Eve <x>\ncommitter M <m@x> 1 +0000".to_owned(), email: "e@x>\n".to_owned() };
    let commit = world.git.push_branch(&push).unwrap().commit;
    let mut raw = Command::new("git");
    raw.arg("-C").arg(world.repository.path()).args(["cat-file", "blob", &format!("{commit}:prod/binary")]);
    assert_eq!(raw.output().unwrap().stdout, bytes);
    assert_eq!(world.repository.run(&["cat-file", "-s", &format!("{commit}:prod/empty")]), "0");
    let people =
        world.repository.run(&["log", "-1", "--format=%an|%ae|%ad|%cn|%ce|%cd", "--date=raw", &commit]);
    let person = "Eve x committer M m@x 1 +0000|e@x|1700000000 +0000";
    assert_eq!(people, format!("{person}|{person}"));
    // A host that checks what it gets takes it.
    world.repository.run(&["fsck", "--strict"]);
}

#[test]
fn a_large_edit_is_pushed() {
    let world = RealWorld::new();
    let base = world.base();
    let mut push = push(&world, &base);
    for index in 0..500 {
        push.files.insert(format!("prod/{index}.yaml"), Some(edited(&[1]).repeat(200).into_bytes()));
    }
    let commit = world.git.push_branch(&push).unwrap().commit;
    assert_eq!(tree(&world.repository, &commit).len(), 503);
}

#[test]
fn repositories_of_the_newer_format_take_branches() {
    let world = RealWorld::new();
    std::fs::remove_dir_all(world.repository.path()).unwrap();
    let path = world.repository.path().display().to_string();
    let arguments = ["init", "--quiet", "--bare", "--object-format=sha256", "--initial-branch=main", &path];
    run(world.repository.directory.path(), &arguments, "");
    let base = world.base();
    let push = push(&world, &base);
    let pushed = world.git.push_branch(&push).unwrap();
    assert_eq!(pushed.commit.len(), 64);
    assert!(world.git.push_branch(&push).unwrap().already_there);
}

#[test]
fn a_server_pushes_to_no_path_of_its_own_machine() {
    let world = RealWorld::new();
    let base = world.base();
    let push = push(&world, &base);
    let options = MirrorOptions { reach: Reach::Remote, ..MirrorOptions::default() };
    let git = CommandGit::open(&world.repository.directory.path().join("remote"), options).unwrap();
    assert_eq!(git.push_branch(&push).unwrap_err().code(), "GIT_URL_REFUSED");
    assert_eq!(git.head(&push.url, "main").unwrap_err().code(), "GIT_URL_REFUSED");
    assert_eq!(world.repository.branches(), ["main"]);
}

#[test]
fn a_host_that_cannot_be_reached_is_tried_again() {
    let world = RealWorld::new();
    let base = world.base();
    let push = Push { url: "http://127.0.0.1:1/shop.git".to_owned(), ..push(&world, &base) };
    let error = world.git.push_branch(&push).unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("GIT_UNREACHABLE", true), "{error}");
}

/// The test runs itself again as a user whose Git would sign, rewrite, convert and hook.
#[test]
fn the_configuration_of_the_user_does_not_matter() {
    const INNER: &str = "PLIMSOLL_TEST_INNER";
    // So that the base commits of both runs are the same.
    const DATE: &str = "1700000000 +0000";
    if std::env::var_os(INNER).is_some() {
        let world = RealWorld::new();
        let base = world.base();
        let push = push(&world, &base);
        world.repository.hook("post-receive", "cat > /dev/null; touch ran");
        let commit = world.git.push_branch(&push).unwrap().commit;
        assert!(world.repository.path().join("ran").exists(), "the hook of the host runs");
        assert_eq!(world.file(&commit, "prod/web.yaml"), Some(edited(&[2, 8])));
        println!("commit {commit} on {base}");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let hooks = home.path().join("hooks");
    std::fs::create_dir(&hooks).unwrap();
    for hook in ["pre-push", "reference-transaction", "pre-receive", "update"] {
        std::fs::write(hooks.join(hook), "#!/bin/sh\nexit 1\n").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(hooks.join(hook), mode).unwrap();
    }
    std::fs::write(
        home.path().join(".gitconfig"),
        format!(
            "[core]\n hooksPath = {}\n autocrlf = true\n[push]\n gpgSign = true\n followTags = true\n\
             [commit]\n gpgSign = true\n[receive]\n denyNonFastForwards = true\n\
             [url \"http://127.0.0.1:1/\"]\n insteadOf = /\n[i18n]\n commitEncoding = latin1\n\
             logOutputEncoding = utf-16\n[diff]\n renames = copies\n[transfer]\n hideRefs = refs/heads\n",
            hooks.display()
        ),
    )
    .unwrap();
    let run = |with_home: bool| {
        let mut inner = Command::new(std::env::current_exe().unwrap());
        inner.args(["--exact", "pushes::the_configuration_of_the_user_does_not_matter", "--nocapture"]);
        inner.env(INNER, "1").env("GIT_AUTHOR_DATE", DATE).env("GIT_COMMITTER_DATE", DATE);
        if with_home {
            inner.env("HOME", home.path()).env("GIT_COMMITTER_NAME", "Eve").env("GIT_TRACE", "1");
        }
        let output = inner.output().unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        said.lines().find_map(|line| line.strip_prefix("commit ").map(str::to_owned)).unwrap_or(said)
    };
    let commits = (run(false), run(true));
    assert_eq!(commits.0, commits.1, "the same push makes the same commit, whoever runs it");
}
