//! What a data directory can hold that is not as it should be.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use embedded_postgres::testing::initialise;
use embedded_postgres::{Error, Postgres, Status};

use crate::driver::{Driver, options};
use crate::place::{Place, ask, insert, program, rows, until};

#[tokio::test]
async fn a_second_starter_is_told_who_was_first() {
    let place = Place::initialised().await;
    let mut driver = Driver::start(&place.data());
    driver.ready().await;
    let error = Postgres::start(options(&place.data())).await.unwrap_err();
    assert_eq!(error.code(), "DATA_DIRECTORY_IN_USE");
    let expected = format!("{} is in use by process {}", place.data().display(), driver.pid());
    assert_eq!(error.to_string(), expected);
    driver.interrupt().await;
}

/// Two at the same moment, on a directory that does not exist yet: one of them gets it.
#[tokio::test]
async fn of_two_simultaneous_starters_one_wins() {
    let place = Place::open();
    let both = tokio::join!(Postgres::start(options(&place.data())), Postgres::start(options(&place.data())));
    let (won, lost): (Vec<_>, Vec<_>) = [both.0, both.1].into_iter().partition(Result::is_ok);
    assert_eq!(
        lost.into_iter().map(|lost| lost.unwrap_err().code()).collect::<Vec<_>>(),
        ["DATA_DIRECTORY_IN_USE"]
    );
    for running in won {
        running.unwrap().stop().await;
    }
}

/// After a crash the file of the old server stays and says `ready`, with a pid that is nobody's or another program's.
#[tokio::test]
async fn lock_files_that_a_crash_left_behind() {
    let place = Place::initialised().await;
    let file = place.cluster().join("postmaster.pid");
    let running = Postgres::start(options(&place.data())).await.unwrap();
    let Status::Ready { pid: old } = running.status().borrow().clone() else { panic!("not ready") };
    let left = fs::read_to_string(&file).unwrap();
    assert!(left.lines().nth(7).unwrap().starts_with("ready"), "{left}");
    running.stop().await;

    let owner = fs::metadata(place.cluster()).unwrap();
    let mut another = Command::new("sleep");
    let mut another =
        another.arg("600").uid(owner.uid()).gid(owner.gid()).stdin(Stdio::null()).spawn().unwrap();
    for pid in [old, another.id()] {
        leave(&file, &left.replacen(&old.to_string(), &pid.to_string(), 1), &owner);
        let running = Postgres::start(options(&place.data())).await.unwrap();
        let Status::Ready { pid: new } = running.status().borrow().clone() else { panic!("not ready") };
        assert_ne!(new, pid);
        assert_eq!(fs::read_to_string(&file).unwrap().lines().next(), Some(new.to_string().as_str()));
        assert_eq!(ask(running.url().as_str(), "SELECT 'here'").await, "here");
        running.stop().await;
    }
    another.kill().unwrap();
    another.wait().unwrap();
}

/// Where this library does not help, Postgres refuses: the proof that the test above can fail.
#[tokio::test]
async fn postgres_alone_refuses_a_lock_file_with_another_programs_pid() {
    let place = Place::initialised().await;
    let owner = fs::metadata(place.cluster()).unwrap();
    let mut another = Command::new("sleep");
    let mut another =
        another.arg("600").uid(owner.uid()).gid(owner.gid()).stdin(Stdio::null()).spawn().unwrap();
    leave(&place.cluster().join("postmaster.pid"), &format!("{}\n", another.id()), &owner);
    let mut server = Command::new(program("postgres"));
    let said = server
        .arg("-D")
        .arg(place.cluster())
        .current_dir("/")
        .uid(owner.uid())
        .gid(owner.gid())
        .output()
        .unwrap();
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.contains("lock file \"postmaster.pid\" already exists"), "{said}");
    another.kill().unwrap();
    another.wait().unwrap();
}

fn leave(file: &Path, text: &str, owner: &fs::Metadata) {
    fs::write(file, text).unwrap();
    std::os::unix::fs::chown(file, Some(owner.uid()), Some(owner.gid())).unwrap();
}

/// An operator's `pg_ctl` holds no lock of Plimsoll's. Its server is not ours to end.
#[tokio::test]
async fn a_server_that_somebody_started_by_hand_is_left_alone_and_named() {
    let place = Place::initialised().await;
    let owner = fs::metadata(place.cluster()).unwrap();
    let mut server = Command::new(program("postgres"));
    server.arg("-D").arg(place.cluster()).args(["-c", "listen_addresses=", "-k"]).arg(place.cluster());
    server.current_dir("/").uid(owner.uid()).gid(owner.gid()).stdin(Stdio::null()).stderr(Stdio::null());
    let mut server = server.spawn().unwrap();
    let file = place.cluster().join("postmaster.pid");
    until("it is ready", || fs::read_to_string(&file).is_ok_and(|text| text.contains("ready"))).await;
    let error = Postgres::start(options(&place.data())).await.unwrap_err();
    let expected = format!("{} is in use by process {}", place.cluster().display(), server.id());
    assert_eq!((error.code(), error.to_string()), ("DATA_DIRECTORY_IN_USE", expected));
    assert!(server.try_wait().unwrap().is_none(), "it still runs");
    rustix::process::kill_process(crate::driver::as_pid(server.id()), rustix::process::Signal::INT).unwrap();
    server.wait().unwrap();
}

#[tokio::test]
async fn data_of_another_version_and_a_later_layout_are_refused_untouched() {
    let place = Place::initialised().await;
    let running = Postgres::start(options(&place.data())).await.unwrap();
    insert(running.url().as_str(), 1).await;
    running.stop().await;

    let version = place.cluster().join("PG_VERSION");
    let right = fs::read_to_string(&version).unwrap();
    fs::write(&version, "9.6\n").unwrap();
    let error = Postgres::start(options(&place.data())).await.unwrap_err();
    assert_eq!(error.code(), "DATA_DIRECTORY_VERSION");
    assert!(error.to_string().contains("are Postgres 9.6's"), "{error}");
    fs::write(&version, right).unwrap();

    let layout = place.data().join("layout");
    let right = fs::read_to_string(&layout).unwrap();
    fs::write(&layout, "2\n").unwrap();
    let error = Postgres::start(options(&place.data())).await.unwrap_err();
    assert_eq!(error.code(), "DATA_DIRECTORY_NEWER");
    let expected = format!("{} has layout 2; this Plimsoll knows layouts up to 1", place.data().display());
    assert_eq!(error.to_string(), expected);
    fs::write(&layout, right).unwrap();

    let running = Postgres::start(options(&place.data())).await.unwrap();
    assert_eq!(rows(running.url().as_str()).await, [1]);
    running.stop().await;
}

/// A socket's path must stay under 107 bytes, and the setting that names its directory is a list.
#[tokio::test]
async fn a_data_directory_with_a_long_or_a_strange_path() {
    for name in ["x".repeat(120), "a \"b\", c's \u{fc}".to_owned()] {
        let place = Place::open();
        let data = place.path().join(name);
        initialise(&data).await;
        let running = Postgres::start(options(&data)).await.unwrap();
        let url = running.url().as_str().to_owned();
        insert(&url, 1).await;
        running.stop().await;
        let running = Postgres::start(options(&data)).await.unwrap();
        assert_eq!((running.url().as_str(), rows(&url).await), (url.as_str(), vec![1]));
        running.stop().await;
        let sockets = url.split("host=").nth(1).unwrap().split('&').next().unwrap();
        assert!(!Path::new(sockets).starts_with(&data));
        assert!(!Path::new(sockets).exists(), "{sockets} is left behind");
    }
}

#[tokio::test]
async fn a_file_in_the_place_of_the_directory() {
    let place = Place::open();
    fs::write(place.data(), "").unwrap();
    let error = Postgres::start(options(&place.data())).await.unwrap_err();
    assert!(matches!(error, Error::Directory { .. }), "{error}");
    assert_eq!(error.code(), "DATA_DIRECTORY_UNUSABLE");
}

/// An operator's mistake in `ALTER SYSTEM` keeps the server from starting; the error is Postgres' own.
#[tokio::test]
async fn a_server_that_ends_at_once_says_why() {
    let place = Place::initialised().await;
    let mistake = place.cluster().join("postgresql.auto.conf");
    fs::write(&mistake, "shared_buffers = '900TB'\n").unwrap();
    let error = Postgres::start(options(&place.data())).await.unwrap_err();
    assert_eq!(error.code(), "POSTGRES_FAILED");
    assert!(error.to_string().contains("shared_buffers"), "{error}");
    fs::write(&mistake, "").unwrap();
    Postgres::start(options(&place.data())).await.unwrap().stop().await;
}
