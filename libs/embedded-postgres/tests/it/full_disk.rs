//! A disk that is full: a small file system of its own, which only the driver sees.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use sqlx::{Connection, PgConnection};

use crate::driver::{Driver, Start, is_root, kill};
use crate::place::{Place, insert, rows};

/// A driver in a mount namespace with a file system of so many megabytes at the place. It goes when the driver does.
fn on_a_disk_of(megabytes: u32, place: &Place) -> Driver {
    let mount = format!("mount -t tmpfs -o size={megabytes}m,mode=0711 none \"$0\" && exec \"$@\"");
    let mut words = vec!["unshare", "--mount"];
    if !is_root() {
        words.push("--map-root-user");
    }
    words.extend(["--", "/bin/sh", "-c", &mount]);
    let path = place.path().to_str().unwrap();
    words.push(path);
    Start::on(&place.data()).by(&words).start()
}

fn mounts_are_allowed() -> bool {
    let mut trial = Command::new("unshare");
    trial.arg("--mount");
    if !is_root() {
        trial.arg("--map-root-user");
    }
    trial.args(["sh", "-c", "mount -t tmpfs none /mnt"]).status().is_ok_and(|status| status.success())
}

/// The driver's view of a path.
fn seen_by(driver: &Driver, path: &Path) -> PathBuf {
    Path::new("/proc").join(driver.pid().to_string()).join("root").join(path.strip_prefix("/").unwrap())
}

/// initdb needs about 24 MB.
#[tokio::test]
async fn too_small_for_new_data() {
    if !mounts_are_allowed() {
        return eprintln!("not tried: no file system can be mounted here");
    }
    let place = Place::open();
    let said = on_a_disk_of(10, &place).line("error").await;
    assert!(said.starts_with("DISK_FULL the disk of ") && said.contains("No space left on device"), "{said}");
}

/// It fills up while the server is at work, which then is killed and cannot start either. When there is space again, so is
/// the server, with all that was acknowledged.
#[tokio::test]
async fn filled_while_at_work() {
    if !mounts_are_allowed() {
        return eprintln!("not tried: no file system can be mounted here");
    }
    let place = Place::open();
    let mut driver = on_a_disk_of(80, &place);
    let url = driver.ready().await;
    let url = url.replacen("host=/", &format!("host=/proc/{}/root/", driver.pid()), 1);
    insert(&url, 1).await;
    let filler = seen_by(&driver, &place.path().join("filler"));
    fill(&filler);
    let mut acknowledged = 1;
    while add(&url, acknowledged + 1).await.is_ok() {
        acknowledged += 1;
    }
    assert!(acknowledged < 100, "the disk does not fill up");

    fill(&filler);
    let file = fs::read_to_string(seen_by(&driver, &place.cluster().join("postmaster.pid"))).unwrap();
    kill(file.lines().next().unwrap().parse().unwrap(), Signal::KILL);
    while !driver.line("status").await.contains("is full") {}
    fs::remove_file(filler).unwrap();
    while !driver.line("status").await.starts_with("Ready") {}
    let found = rows(&url).await;
    let expected: Vec<_> = (1..=acknowledged).collect();
    // The transaction that failed may have reached the log before its acknowledgement did not reach us.
    assert!(found == expected || found[..found.len() - 1] == expected, "{found:?} instead of {expected:?}");
    add(&url, 1000).await.unwrap();
    driver.interrupt().await;
}

/// Writes to a file until nothing more can be written.
fn fill(path: &Path) {
    let mut file = fs::File::options().create(true).append(true).open(path).unwrap();
    std::io::copy(&mut std::io::repeat(0), &mut file).unwrap_err();
}

/// A row, and so much more that the log soon needs a new segment.
async fn add(url: &str, value: i64) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS ballast (text text)").execute(&mut connection).await?;
    let mut transaction = connection.begin().await?;
    sqlx::query("INSERT INTO kept VALUES ($1)").bind(value).execute(&mut *transaction).await?;
    let ballast = "INSERT INTO ballast SELECT md5(i::text) FROM generate_series(1, 5000) i";
    sqlx::query(ballast).execute(&mut *transaction).await?;
    transaction.commit().await
}
