//! `plimsoll check`: what is looked at, and what to do where it is not as it has to be.

use std::fs;

use embedded_postgres::testing::TestPostgres;
use embedded_postgres::{Check, DatabaseUrl, Lookup, Options, Postgres, diagnose};

use crate::driver::options;
use crate::place::Place;

fn found(checks: &[Check], name: &str) -> Check {
    checks
        .iter()
        .find(|check| check.name == name)
        .unwrap_or_else(|| panic!("no {name:?} in {checks:?}"))
        .clone()
}

fn all_well(checks: &[Check]) {
    assert!(checks.iter().all(|check| check.ok && check.mend.is_none()), "{checks:?}");
}

fn names(checks: &[Check]) -> Vec<&str> {
    checks.iter().map(|check| check.name).collect()
}

#[tokio::test]
async fn before_the_first_start_nothing_is_created() {
    let place = Place::open();
    let data = place.data().join("deep/down");
    let checks = diagnose(&options(&data)).await;
    all_well(&checks);
    assert_eq!(names(&checks), ["data directory", "programs", "user", "socket", "disk space"]);
    assert_eq!(found(&checks, "data directory").detail, format!("{} will be created", data.display()));
    assert!(!place.data().exists());
}

#[tokio::test]
async fn beside_a_running_plimsoll() {
    let place = Place::initialised().await;
    let running = Postgres::start(options(&place.data())).await.unwrap();
    let checks = diagnose(&options(&place.data())).await;
    all_well(&checks);
    let expected = format!("{}, where process {} runs", place.data().display(), std::process::id());
    assert_eq!(found(&checks, "data directory").detail, expected);
    assert!(found(&checks, "server").detail.starts_with("Postgres "), "{checks:?}");
    running.stop().await;
    let checks = diagnose(&options(&place.data())).await;
    all_well(&checks);
    assert_eq!(names(&checks), ["data directory", "programs", "user", "socket", "disk space"]);
}

#[tokio::test]
async fn no_programs() {
    let place = Place::open();
    let options = Options { lookup: Lookup::default(), ..options(&place.data()) };
    let check = found(&diagnose(&options).await, "programs");
    assert!(!check.ok && check.mend.unwrap().contains("apt-get install postgresql"));
}

#[tokio::test]
async fn a_directory_of_another_version_of_plimsoll_or_postgres() {
    let place = Place::initialised().await;
    fs::write(place.data().join("layout"), "7\n").unwrap();
    let check = found(&diagnose(&options(&place.data())).await, "data directory");
    assert!(!check.ok && check.detail.contains("has layout 7"), "{check:?}");
    fs::write(place.cluster().join("PG_VERSION"), "9.6\n").unwrap();
    let check = found(&diagnose(&options(&place.data())).await, "programs");
    assert!(!check.ok && check.detail.contains("Postgres 9.6's"), "{check:?}");
    assert!(check.mend.unwrap().contains("pg_upgrade"));
}

#[tokio::test]
async fn a_file_in_the_place_of_the_directory() {
    let place = Place::open();
    fs::write(place.data(), "").unwrap();
    let check = found(&diagnose(&options(&place.data())).await, "data directory");
    assert!(!check.ok && check.mend.is_some(), "{check:?}");
}

fn with_url(url: &str) -> Options {
    let lookup = Lookup { database_url: Some(DatabaseUrl::new(url)), ..Lookup::default() };
    Options { lookup, ..Options::new("/nonexistent") }
}

#[tokio::test]
async fn the_operators_database() {
    let database = TestPostgres::shared().await.database().await;
    let checks = diagnose(&with_url(database.url().as_str())).await;
    all_well(&checks);
    assert_eq!(names(&checks), ["server", "privileges"]);
    // The role may connect to the maintenance database, which is not its own.
    let other = database.url().as_str().split_once('?').unwrap().1;
    let check = found(&diagnose(&with_url(&format!("postgresql:///postgres?{other}"))).await, "privileges");
    assert!(!check.ok && check.mend.unwrap().contains("GRANT CREATE"));
}

#[tokio::test]
async fn the_operators_database_is_away() {
    // Port 9 is discard's; nobody answers there, and nothing is sent in the clear.
    for url in
        ["postgresql://ann:s3cret@127.0.0.1:9/plimsoll", "postgresql://ann:s3cret@127.0.0.1:x/plimsoll"]
    {
        let checks = diagnose(&with_url(url)).await;
        assert_eq!(names(&checks), ["server"]);
        assert!(!checks[0].ok && checks[0].mend.as_ref().unwrap().contains("DATABASE_URL"));
        assert!(!format!("{checks:?}").contains("s3cret"), "{checks:?}");
    }
}
