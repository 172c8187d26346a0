//! As whom Postgres runs, and who may connect.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use embedded_postgres::Postgres;

use crate::driver::{Start, is_root, options};
use crate::place::{Place, ask, insert, program};

/// Where the data are owned by whom the case needs: an ordinary user runs Postgres as itself.
#[tokio::test]
async fn an_ordinary_user_runs_it_as_itself() {
    let place = Place::open();
    let (data, uid) = if is_root() {
        // The user `nobody` starts everything, with a home of its own.
        let home = place.data();
        fs::create_dir(&home).unwrap();
        std::os::unix::fs::chown(&home, Some(65534), Some(65534)).unwrap();
        (home.join("data"), 65534)
    } else {
        (place.data(), rustix::process::geteuid().as_raw())
    };
    let start = Start::on(&data);
    let start = if is_root() { start.with_user(65534, place.path()) } else { start };
    let mut driver = start.start();
    let url = driver.ready().await;
    assert_eq!(fs::metadata(data.join("postgres")).unwrap().uid(), uid);
    assert_eq!(fs::metadata(&data).unwrap().mode() & 0o777, 0o700);
    let status = fs::read_to_string(format!("/proc/{}/status", server_pid(&data))).unwrap();
    assert!(status.contains(&format!("Uid:\t{uid}\t")), "{status}");
    assert!(url.contains("/run&"), "{url}");
    driver.interrupt().await;
}

fn server_pid(data: &Path) -> u32 {
    let file = fs::read_to_string(data.join("postgres/postmaster.pid")).unwrap();
    file.lines().next().unwrap().parse().unwrap()
}

fn id_of(user: &str) -> u32 {
    String::from_utf8(Command::new("id").args(["-u", user]).output().unwrap().stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

/// Runs as root: root runs it as `postgres` where that user can reach the directory, and in a user namespace, with files of
/// its own, where it cannot.
#[tokio::test]
async fn root_runs_it_as_somebody_else() {
    if !is_root() {
        return eprintln!("not tried: only root can");
    }
    for (place, owner) in [(Place::open(), id_of("postgres")), (Place::closed(), 0)] {
        let parent = fs::metadata(place.path()).unwrap().mode();
        let running = Postgres::start(options(&place.data())).await.unwrap();
        insert(running.url().as_str(), 1).await;
        assert_eq!(fs::metadata(place.cluster()).unwrap().uid(), owner);
        assert_eq!(fs::metadata(place.path()).unwrap().mode(), parent, "the directory above is not opened");
        refuses_a_stranger(&place);
        running.stop().await;
    }
}

/// Even where every directory and the socket are open to all: the kernel says who connects.
fn refuses_a_stranger(place: &Place) {
    let sockets = place.data().join("run");
    let socket = sockets.join(".s.PGSQL.5432");
    let before = [place.path(), &place.data(), &sockets, &socket].map(|path| {
        let mode = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
        (path.to_owned(), mode)
    });
    for role in ["plimsoll", "postgres"] {
        let mut psql = Command::new(program("psql"));
        psql.args(["-X", "-U", role, "-d", "plimsoll", "-c", "SELECT 1", "-h"])
            .arg(&sockets)
            .current_dir("/");
        let output = psql.uid(65534).gid(65534).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("Peer authentication failed"), "{said}");
        assert!(!output.status.success());
    }
    for (path, mode) in before {
        fs::set_permissions(path, mode).unwrap();
    }
}

/// A container's random uid: Postgres refuses one without a name as well.
#[tokio::test]
async fn a_user_without_a_name_gets_a_namespace() {
    if !is_root() || !namespaces_for_everybody() {
        return eprintln!("not tried: only root can, where everybody may have user namespaces");
    }
    let place = Place::open();
    fs::create_dir(place.data()).unwrap();
    std::os::unix::fs::chown(place.data(), Some(54321), Some(54321)).unwrap();
    let data = place.data().join("below");
    let mut driver = Start::on(&data).with_user(54321, place.path()).start();
    driver.ready().await;
    assert_eq!(fs::metadata(data.join("postgres")).unwrap().uid(), 54321);
    driver.interrupt().await;
}

fn namespaces_for_everybody() -> bool {
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-user=1", "--map-group=1", "true"]).uid(54321).gid(54321);
    unshare.status().is_ok_and(|status| status.success())
}

/// Neither a user that reaches the directory nor namespaces: the reason and what was tried.
#[tokio::test]
async fn nobody_to_run_it() {
    if !is_root() {
        return eprintln!("not tried: only root can");
    }
    let place = Place::closed();
    let tools = place.path().join("tools");
    fs::create_dir(&tools).unwrap();
    let id =
        String::from_utf8(Command::new("sh").args(["-c", "command -v id"]).output().unwrap().stdout).unwrap();
    std::os::unix::fs::symlink(id.trim(), tools.join("id")).unwrap();
    let programs = program("postgres").parent().unwrap().to_owned();
    let start = Start::on(&place.data()).variable("PATH", &tools).variable("PLIMSOLL_PG_BIN", &programs);
    let said = start.start().line("error").await;
    let expected = format!(
        "POSTGRES_USER Postgres does not run as root, and nobody else can run it in {}: \
         the command unshare (util-linux) is missing",
        place.path().display()
    );
    assert_eq!(said, expected);
    assert!(!place.data().exists());
}

/// Root's data are not an ordinary user's.
#[tokio::test]
async fn data_of_another_user() {
    if !is_root() {
        return eprintln!("not tried: only root can");
    }
    let place = Place::initialised().await;
    let said = Start::on(&place.data()).with_user(65534, place.path()).start().line("error").await;
    assert!(said.starts_with("DATA_DIRECTORY_UNUSABLE"), "{said}");
}

#[tokio::test]
async fn the_server_does_not_see_our_environment() {
    let place = Place::open();
    let start =
        Start::on(&place.data()).variable("PGDATA", "/nonexistent").variable("SECRET_TOKEN", "s3cret");
    let mut driver = start.variable("PGPORT", "1").start();
    let url = driver.ready().await;
    assert_eq!(ask(&url, "SHOW port").await, "5432");
    let environment = fs::read(format!("/proc/{}/environ", server_pid(&place.data()))).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("s3cret"));
    driver.interrupt().await;
}
