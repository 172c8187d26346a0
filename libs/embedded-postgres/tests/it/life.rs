//! Starting, stopping, and being killed.

use std::fs;
use std::process::Command;
use std::time::Duration;

use embedded_postgres::testing::TestPostgres;
use embedded_postgres::{Durability, Postgres, Status};
use rustix::process::Signal;
use tokio::time::sleep;

use crate::driver::{Driver, Start, kill, options};
use crate::place::{Place, ask, insert, program, rows, until};

#[tokio::test]
async fn data_stay_and_nothing_else_does() {
    let place = Place::open();
    let running = Postgres::start(options(&place.data())).await.unwrap();
    let url = running.url().as_str().to_owned();
    insert(&url, 1).await;
    running.stop().await;
    assert_eq!(place.processes(), [0; 0]);
    assert!(!place.cluster().join("postmaster.pid").exists());
    assert!(!place.data().join("run").exists(), "the directory of the socket");
    let running = Postgres::start(options(&place.data())).await.unwrap();
    assert_eq!(running.url().as_str(), url);
    assert_eq!(rows(&url).await, [1]);
    running.stop().await;
}

/// The next start comes at once, and so meets the old server on its way out.
#[tokio::test]
async fn a_killed_parent_takes_the_server_along_and_no_commit() {
    let place = Place::initialised().await;
    for round in 1..=5 {
        let mut driver = Driver::start(&place.data());
        let url = driver.ready().await;
        insert(&url, round).await;
        assert_eq!(rows(&url).await, (1..=round).collect::<Vec<_>>());
        driver.kill().await;
    }
    place.deserted().await;
}

#[tokio::test]
async fn a_parent_that_is_killed_during_initialisation_leaves_no_half_of_it() {
    let place = Place::open();
    let unfinished = |place: &Place| {
        let entries = fs::read_dir(place.data()).into_iter().flatten().flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("postgres.new-")).count()
    };
    for pause in [0, 100, 300] {
        let driver = Driver::start(&place.data());
        until("initdb is at work", || unfinished(&place) > 0).await;
        sleep(Duration::from_millis(pause)).await;
        driver.kill().await;
        assert!(!place.cluster().exists(), "initdb was quicker than {pause} ms");
        place.deserted().await;
    }
    let mut driver = Driver::start(&place.data());
    insert(&driver.ready().await, 1).await;
    assert_eq!(unfinished(&place), 0);
    driver.interrupt().await;
}

/// At any moment of a start, over and over: each start meets what the one before left.
#[tokio::test]
async fn a_parent_that_is_killed_at_any_moment() {
    let place = Place::initialised().await;
    for pause in [5, 10, 20, 40, 60, 80, 100, 130, 160, 200, 250, 300] {
        let driver = Driver::start(&place.data());
        sleep(Duration::from_millis(pause)).await;
        driver.kill().await;
    }
    let mut driver = Driver::start(&place.data());
    insert(&driver.ready().await, 1).await;
    driver.interrupt().await;
    place.deserted().await;
}

/// A terminal sends Ctrl-C to the whole process group. Were Postgres in it, it would be gone before the services.
#[tokio::test]
async fn ctrl_c_stops_in_order() {
    let place = Place::initialised().await;
    let mut driver = Driver::start(&place.data());
    driver.ready().await;
    let mut seen = 0;
    for pid in place.processes() {
        // A worker of Postgres may have ended since.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        seen += 1;
        // proc(5): the fifth field is the process group. The driver leads its own.
        let group = stat.rsplit(") ").next().unwrap().split(' ').nth(2).unwrap().to_owned();
        assert_ne!(group, driver.pid().to_string(), "{stat}");
    }
    assert!(seen >= 2, "the server and those that it started");
    driver.interrupt().await;
    assert_eq!(place.processes(), [0; 0]);
    let control = Command::new(program("pg_controldata")).arg(place.cluster()).output().unwrap();
    let control = String::from_utf8(control.stdout).unwrap();
    assert!(
        control.lines().any(|line| line == "Database cluster state:               shut down"),
        "{control}"
    );
}

/// A service manager may send TERM to every process it knows of; Postgres alone would then refuse new connections.
#[tokio::test]
async fn the_watching_shell_ignores_what_is_meant_for_the_parent() {
    let place = Place::initialised().await;
    let mut driver = Driver::start(&place.data());
    let url = driver.ready().await;
    let server = || fs::read_to_string(place.cluster().join("postmaster.pid")).unwrap();
    let before = server();
    for pid in shells(&place) {
        for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
            kill(pid, signal);
        }
    }
    sleep(Duration::from_millis(200)).await;
    insert(&url, 1).await;
    assert_eq!(server(), before, "the same server");
    driver.interrupt().await;
}

#[tokio::test]
async fn a_killed_server_is_noticed_and_started_again() {
    let server = TestPostgres::private(Durability::Off).await;
    let database = server.database().await;
    insert(database.url().as_str(), 1).await;
    let mut status = server.status();
    let Status::Ready { pid: before } = status.borrow_and_update().clone() else { panic!("not ready") };
    server.kill();
    status.changed().await.unwrap();
    let reason = "it was ended by signal 9".to_owned();
    assert_eq!(*status.borrow_and_update(), Status::Restarting { attempt: 1, reason });
    status.changed().await.unwrap();
    let Status::Ready { pid: after } = status.borrow_and_update().clone() else { panic!("not ready") };
    assert_ne!(before, after);
    insert(database.url().as_str(), 2).await;
    assert_eq!(rows(database.url().as_str()).await, [1, 2]);
    server.stop().await;
    assert_eq!(*status.borrow_and_update(), Status::Stopped);
}

/// Everything but the parent: the shell, its watcher and the server.
#[tokio::test]
async fn whatever_is_killed_below_the_parent_comes_back() {
    let place = Place::initialised().await;
    let mut driver = Driver::start(&place.data());
    let url = driver.ready().await;
    insert(&url, 1).await;
    for _ in 0..2 {
        for pid in shells(&place) {
            kill(pid, Signal::KILL);
        }
        assert!(driver.line("status").await.starts_with("Restarting"));
        assert!(driver.line("status").await.starts_with("Ready"));
        assert_eq!(rows(&url).await, [1]);
    }
    driver.interrupt().await;
    place.deserted().await;
}

/// The parent and the shells at once: nobody is left to end the server but the next start.
#[tokio::test]
async fn a_server_without_its_watchers_is_ended_by_the_next_start() {
    let place = Place::initialised().await;
    let mut driver = Driver::start(&place.data());
    insert(&driver.ready().await, 1).await;
    // It must not have the time to notice.
    kill(driver.pid(), Signal::STOP);
    for pid in shells(&place) {
        kill(pid, Signal::KILL);
    }
    driver.kill().await;
    assert!(!place.processes().is_empty());
    let mut driver = Driver::start(&place.data());
    assert_eq!(rows(&driver.ready().await).await, [1]);
    driver.interrupt().await;
}

/// A signal at the parent's death, as Linux has it, would come when the thread ends that started the server.
#[tokio::test]
async fn the_thread_that_started_the_server_may_end() {
    let place = Place::initialised().await;
    let (options, runtime) = (options(&place.data()), tokio::runtime::Handle::current());
    let thread = std::thread::spawn(move || runtime.block_on(Postgres::start(options)));
    let running = tokio::task::spawn_blocking(|| thread.join().unwrap()).await.unwrap().unwrap();
    sleep(Duration::from_millis(300)).await;
    assert!(matches!(*running.status().borrow(), Status::Ready { .. }));
    assert_eq!(ask(running.url().as_str(), "SELECT 'here'").await, "here");
    running.stop().await;
}

#[test]
fn a_runtime_that_ends_takes_the_server_along() {
    let place = Place::open();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let running = runtime.block_on(Postgres::start(options(&place.data()))).unwrap();
    assert!(!place.processes().is_empty());
    drop(runtime);
    tokio::runtime::Runtime::new().unwrap().block_on(place.deserted());
    drop(running);
}

#[tokio::test]
async fn a_test_process_that_is_killed_leaves_nothing() {
    let place = Place::open();
    let mut driver = Start::on(&place.data()).variable("DRIVER_TESTING", "1").start();
    let directory = std::path::PathBuf::from(driver.line("testing").await);
    assert!(directory.join("postgres").is_dir());
    driver.kill().await;
    until("the directory is gone", || !directory.exists()).await;
}

/// The shell and its watcher.
fn shells(place: &Place) -> Vec<u32> {
    let is_shell = |pid: &u32| {
        fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default().starts_with(b"/bin/sh\0-c\0")
    };
    let shells: Vec<_> = place.processes().into_iter().filter(is_shell).collect();
    assert_eq!(shells.len(), 2);
    shells
}
