//! What goes wrong with repositories, their hosts and the mirrors themselves.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use source::{GitError, History, MirrorOptions, Mirrors, Reach, Revision};

use crate::mirrors::{Cache, cache, options, url};
use crate::sandbox::{Sandbox, git};
use crate::server::{self, Manner, serve_as};

fn origin() -> (Sandbox, String) {
    let origin = Sandbox::new().file("a/a.yaml", "1");
    let commit = origin.commit("first");
    (origin, commit)
}

fn short(seconds: u64) -> MirrorOptions {
    MirrorOptions { deadline: Duration::from_secs(seconds), ..options() }
}

#[test]
fn a_server_refuses_to_read_its_own_machine() {
    let (origin, commit) = origin();
    let cache = cache(MirrorOptions { reach: Reach::Remote, ..options() });
    let address = server::serve(&origin.path());
    for url in [
        url(&origin.path()),
        format!("file://{}", url(&origin.path())),
        format!("http://{address}/.git"),
        "ext::sh -c true".to_owned(),
        "https://ana:s3cret@git.example/shop.git".to_owned(),
    ] {
        let errors: [GitError; 5] = [
            cache.mirrors.resolve(&url, Revision::Default).unwrap_err(),
            cache.mirrors.ensure(&url, &commit).unwrap_err(),
            cache.mirrors.read_tree(&url, &commit, "").unwrap_err(),
            cache.mirrors.read_file(&url, &commit, "a").unwrap_err(),
            cache.mirrors.heads(&url, &["main"]).unwrap_err(),
        ];
        for error in errors {
            assert_eq!((error.code(), error.is_transient()), ("GIT_URL_REFUSED", false), "{url}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
    assert_eq!(cache.mirrors.processes(), 0);
}

#[test]
fn a_host_that_wants_a_password_gets_the_one_of_the_server() {
    let (origin, commit) = origin();
    let address = serve_as(Manner::Guarded, &origin.path());
    let url = format!("http://{address}/.git");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("it's a file");

    for (line, is_let_in) in [
        ("", false),
        (&*format!("http://ana:wrong@{address}\n"), false),
        (&*format!("http://ana:s3cret@{address}\n"), true),
    ] {
        fs::write(&file, line).unwrap();
        let cache = cache(MirrorOptions { credentials: Some(file.clone()), ..options() });
        for result in
            [cache.mirrors.resolve(&url, Revision::Default).map(drop), cache.mirrors.ensure(&url, &commit)]
        {
            match result {
                Ok(()) => assert!(is_let_in, "{line}"),
                Err(error) => {
                    assert!(!is_let_in, "{line}: {error}");
                    assert_eq!((error.code(), error.is_transient()), ("GIT_AUTH_FAILED", false));
                    assert!(!format!("{error} {error:?}").contains("wrong"), "{error}");
                }
            }
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), line, "the operator's file stays as it is");
    }
}

#[test]
fn what_is_not_there_cannot_be_reached_or_fails_is_told_apart() {
    let (origin, commit) = origin();
    let address = server::serve(&origin.path());
    let failing = serve_as(Manner::Failing, &origin.path());
    for (url, code, is_transient) in [
        (format!("http://{address}/none.git"), "GIT_REPOSITORY_GONE", false),
        (format!("{}/none", url(&origin.path())), "GIT_REPOSITORY_GONE", false),
        (format!("file://{}/none", url(&origin.path())), "GIT_REPOSITORY_GONE", false),
        ("http://127.0.0.1:1/shop.git".to_owned(), "GIT_UNREACHABLE", true),
        (format!("http://{failing}/shop.git"), "GIT_UNREACHABLE", true),
        ("ssh://git@127.0.0.1:1/shop.git".to_owned(), "GIT_UNREACHABLE", true),
    ] {
        let cache = cache(options());
        for error in [
            cache.mirrors.resolve(&url, Revision::Default).unwrap_err(),
            cache.mirrors.ensure(&url, &commit).unwrap_err(),
        ] {
            assert_eq!((error.code(), error.is_transient()), (code, is_transient), "{url}: {error}");
        }
    }
    let error = cache(options()).mirrors.ensure(&url(&origin.path()), &"ab".repeat(20)).unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("REVISION_NOT_FOUND", false));
    let error = cache(options()).mirrors.ensure(&url(&origin.path()), "HEAD").unwrap_err();
    assert_eq!(error.code(), "REVISION_NOT_FOUND");
}

#[test]
fn a_host_that_says_nothing_is_left_when_the_time_is_over() {
    let (origin, commit) = origin();
    let url = format!("http://{}/.git", serve_as(Manner::Silent, &origin.path()));
    let cache = cache(short(1));
    for error in [
        cache.mirrors.resolve(&url, Revision::Default).unwrap_err(),
        cache.mirrors.ensure(&url, &commit).unwrap_err(),
    ] {
        assert_eq!((error.code(), error.is_transient()), ("GIT_TIMEOUT", true), "{error}");
    }
    // Nothing of the fetch is left that would be in the way of the next one.
    let error = cache.mirrors.ensure(&url, &commit).unwrap_err();
    assert_eq!(error.code(), "GIT_TIMEOUT", "{error}");
}

#[test]
fn a_mirror_that_is_broken_is_fetched_anew() {
    type Damage = fn(&Path);
    let breaks: [(&str, Damage); 7] = [
        ("a missing file", remove_files),
        ("a truncated pack", |mirror| {
            for entry in fs::read_dir(mirror.join("objects/pack")).unwrap() {
                let path = entry.unwrap().path();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
                fs::write(&path, &fs::read(&path).unwrap()[..20]).unwrap();
            }
        }),
        ("no objects", |mirror| fs::remove_dir_all(mirror.join("objects")).unwrap()),
        ("no HEAD", |mirror| fs::remove_file(mirror.join("HEAD")).unwrap()),
        ("a wrong configuration", |mirror| fs::write(mirror.join("config"), "[core").unwrap()),
        ("a lock that was left", |mirror| {
            fs::remove_dir_all(mirror.join("objects/pack")).unwrap();
            fs::write(mirror.join("shallow.lock"), "").unwrap();
        }),
        ("a file in its place", |mirror| {
            fs::remove_dir_all(mirror.join("refs")).unwrap();
            fs::write(mirror.join("refs"), "").unwrap();
        }),
    ];
    let histories = [History::Commits, History::Full];
    let cases = breaks.iter().flat_map(|(what, damage)| histories.map(|history| (what, damage, history)));
    for (what, damage, history) in cases {
        let (origin, first) = origin();
        origin.put("a/a.yaml", "2");
        let second = origin.commit("second");
        let (cache, url) = (cache(MirrorOptions { history, ..options() }), url(&origin.path()));
        cache.mirrors.ensure(&url, &first).unwrap();
        damage(&cache.only());
        let read = |commit| cache.mirrors.read_file(&url, commit, "a/a.yaml");
        assert_eq!(read(&first).unwrap().unwrap(), b"1", "{what}");
        damage(&cache.only());
        assert_eq!(read(&second).unwrap().unwrap(), b"2", "{what}");
    }
}

/// Takes every file out of a mirror, and leaves commits and directories: a fetch finds nothing amiss.
fn remove_files(mirror: &Path) {
    let packs = mirror.join("objects/pack");
    let aside = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(&packs).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, aside.path().join(path.file_name().unwrap())).unwrap();
        fs::remove_file(&path).unwrap();
    }
    for entry in fs::read_dir(aside.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pack") {
            let mut unpack = Command::new("git");
            unpack.arg("-C").arg(mirror).args(["unpack-objects", "-q"]).stdin(fs::File::open(path).unwrap());
            assert!(unpack.status().unwrap().success());
        }
    }
    for line in git(mirror, &["cat-file", "--batch-all-objects", "--batch-check"]).lines() {
        if let [hash, "blob", _] = line.split(' ').collect::<Vec<_>>()[..] {
            fs::remove_file(mirror.join("objects").join(&hash[..2]).join(&hash[2..])).unwrap();
        }
    }
}

/// A directory of mirrors may lie in somebody's working tree: what Git would find there is not ours.
#[test]
fn a_repository_around_the_mirrors_is_not_touched() {
    let (origin, commit) = origin();
    let around = Sandbox::new().file("x", "x");
    around.commit("around");
    around.git("", &["config", "url.http://127.0.0.1:1/.insteadOf", &url(&origin.path())]);
    let before = around.git("", &["for-each-ref"]);
    let mirrors = Mirrors::open(&around.path().join("cache"), options()).unwrap();
    let url = url(&origin.path());
    assert_eq!(mirrors.resolve(&url, Revision::Default).unwrap().commit, commit);
    mirrors.ensure(&url, &commit).unwrap();
    let mirror = mirrors.mirror(&url).unwrap();
    assert_eq!(mirror.command().args(["rev-parse", "--is-bare-repository"]).run().unwrap(), b"true\n");
    assert_eq!(around.git("", &["for-each-ref"]), before);
}

#[test]
fn many_who_need_the_same_commit_fetch_it_once() {
    let (origin, commit) = origin();
    let (directory, url) = (tempfile::tempdir().unwrap(), url(&origin.path()));
    // Each with its own `Mirrors`, as processes have.
    let started = std::thread::scope(|scope| {
        let read = || {
            let mirrors = Mirrors::open(directory.path(), options()).unwrap();
            let file = mirrors.read_file(&url, &commit, "a/a.yaml").unwrap();
            (file.unwrap(), mirrors.processes())
        };
        let readers: Vec<_> = (0..8).map(|_| scope.spawn(read)).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(started.iter().all(|(bytes, _)| bytes == b"1"));
    // One makes the mirror, fetches and reads. The others read: before they wait, and after it.
    let mut counts: Vec<u64> = started.iter().map(|(_, processes)| *processes).collect();
    counts.sort_unstable();
    assert!(counts[7] <= 5 && counts[6] <= 2, "{counts:?}");
}

#[test]
fn readers_do_not_disturb_one_another_while_a_mirror_is_mended() {
    let (origin, commit) = origin();
    let (cache, url) = (cache(options()), url(&origin.path()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let file = cache.mirrors.read_file(&url, &commit, "a/a.yaml").unwrap();
                    assert_eq!(file.unwrap(), b"1");
                }
            });
        }
        for _ in 0..5 {
            std::thread::sleep(Duration::from_millis(20));
            let mirror = cache.mirrors.mirror(&url).unwrap();
            let _lock = mirror.lock().unwrap();
            if let Some(path) = existing(&cache) {
                fs::remove_dir_all(path.join("objects")).unwrap();
            }
        }
    });
}

fn existing(cache: &Cache) -> Option<std::path::PathBuf> {
    let mut entries = fs::read_dir(cache.directory.path()).unwrap().map(|entry| entry.unwrap().path());
    entries.find(|path| path.join("objects").exists())
}

#[test]
fn a_mirror_that_somebody_holds_is_waited_for_and_then_left() {
    let (origin, commit) = origin();
    let (cache, url) = (cache(short(1)), url(&origin.path()));
    let lock = cache.mirrors.mirror(&url).unwrap().lock().unwrap();
    assert_eq!(cache.mirrors.ensure(&url, &commit).unwrap_err().code(), "GIT_TIMEOUT");
    drop(lock);
    cache.mirrors.ensure(&url, &commit).unwrap();
}

/// A push takes long, and reads from the mirror all the while.
#[test]
fn a_mirror_that_is_kept_is_written_to_and_not_thrown_away() {
    let (origin, first) = origin();
    origin.put("a/a.yaml", "2");
    let second = origin.commit("second");
    let (cache, url) = (cache(options()), url(&origin.path()));
    cache.mirrors.ensure(&url, &first).unwrap();
    let kept = {
        let mirror = cache.mirrors.mirror(&url).unwrap();
        let _lock = mirror.lock().unwrap();
        mirror.keep().unwrap()
    };
    cache.mirrors.ensure(&url, &second).unwrap();
    // From here on nothing can be read, and a fetch fails for no reason that the host gave.
    fs::remove_dir_all(cache.only().join("objects")).unwrap();
    let hasty = Mirrors::open(cache.directory.path(), short(1)).unwrap();
    let error = hasty.ensure(&url, &second).unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("GIT_TIMEOUT", true), "{error}");
    assert!(cache.only().join("HEAD").exists(), "it is still there");
    drop(kept);
    cache.mirrors.ensure(&url, &second).unwrap();
}

#[test]
fn a_directory_that_cannot_be_made_is_said() {
    let sandbox = Sandbox::new().file("file", "");
    let error = Mirrors::open(&sandbox.path().join("file/cache"), options()).unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("GIT_CACHE_FAILED", true));
}

/// The test runs itself again with a home directory and an environment in which Git would do something else.
#[test]
fn the_configuration_of_the_user_does_not_matter() {
    const INNER: &str = "PLIMSOLL_TEST_ORIGIN";
    if let Ok(origin) = std::env::var(INNER) {
        let cache = cache(options());
        let pinned = cache.mirrors.resolve(&origin, Revision::Default).unwrap();
        assert_eq!(cache.mirrors.read_file(&origin, &pinned.commit, "a/a.yaml").unwrap().unwrap(), b"1");
        return;
    }
    let (origin, _) = origin();
    let home = Sandbox::new().file(
        ".gitconfig",
        &format!(
            "[url \"http://127.0.0.1:1/\"]\n insteadOf = {0}\n[protocol]\n allow = never\n[init]\n defaultObjectFormat = sha256\n[alias]\n ls-remote = !false\n[fetch]\n fsckObjects = true\n prune = true\n",
            url(&origin.path())
        ),
    );
    // It is that bad: plain git fails with it.
    let plain =
        Command::new("git").arg("ls-remote").arg(origin.path()).env("HOME", home.path()).output().unwrap();
    assert!(!plain.status.success());
    let inner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "mirror_faults::the_configuration_of_the_user_does_not_matter"])
        .env(INNER, origin.path())
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .env("GIT_DIR", "/nowhere")
        .env("GIT_INDEX_FILE", "/nowhere")
        .env("GIT_TRACE", "1")
        .env("GIT_CONFIG_PARAMETERS", "'protocol.allow'='never'")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "protocol.allow")
        .env("GIT_CONFIG_VALUE_0", "never")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&inner.stdout).into_owned() + &String::from_utf8_lossy(&inner.stderr);
    assert!(inner.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(git(&origin.path(), &["status", "--porcelain"]), "");
}

/// The time is that of all that an operation asks for, not of each question.
#[test]
fn an_operation_has_one_time_for_all_that_it_asks() {
    let (origin, commit) = origin();
    let silent = format!("http://{}/.git", serve_as(Manner::Silent, &origin.path()));
    let cache = cache(short(2));
    let operation = cache.mirrors.for_one_operation();
    assert_eq!(operation.resolve(&silent, Revision::Default).unwrap_err().code(), "GIT_TIMEOUT");
    let asked = operation.processes();
    for error in [
        operation.resolve(&url(&origin.path()), Revision::Default).unwrap_err(),
        operation.ensure(&url(&origin.path()), &commit).unwrap_err(),
    ] {
        assert_eq!((error.code(), error.is_transient()), ("GIT_TIMEOUT", true));
    }
    assert_eq!(operation.processes(), asked, "nothing is started any more");
    cache.mirrors.ensure(&url(&origin.path()), &commit).unwrap();
}
