//! A place for a data directory, and what can be seen of Postgres in it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use embedded_postgres::Lookup;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// A temporary directory with room for a data directory, `data`, that does not exist yet.
pub(crate) struct Place {
    directory: TempDir,
}

impl Place {
    /// One that others may pass through: root's Postgres then runs as the user `postgres`.
    pub(crate) fn open() -> Self {
        Self::with_mode(0o711)
    }

    /// One that only the owner gets to, as /root is.
    pub(crate) fn closed() -> Self {
        Self::with_mode(0o700)
    }

    /// An open one whose data directory is as a first start leaves it.
    pub(crate) async fn initialised() -> Self {
        let place = Self::open();
        embedded_postgres::testing::initialise(&place.data()).await;
        place
    }

    fn with_mode(mode: u32) -> Self {
        let directory = tempfile::Builder::new().prefix("plimsoll-place-").tempdir().unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(mode)).unwrap();
        Self { directory }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.data().join("postgres")
    }

    /// The processes that work below the data directory, by their working directory or their arguments: Postgres', and
    /// the shells that watch over it.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let data = self.data();
        let needle = data.as_os_str().as_encoded_bytes();
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid: &u32| {
            let process = Path::new("/proc").join(pid.to_string());
            let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
            fs::read_link(process.join("cwd")).is_ok_and(|directory| directory.starts_with(&data))
                || arguments.windows(needle.len()).any(|window| window == needle)
        })
        .collect()
    }

    /// Waits until nothing works here any more.
    pub(crate) async fn deserted(&self) {
        until(&format!("{} is deserted", self.data().display()), || self.processes().is_empty()).await;
    }
}

/// Waits until something is so. It panics where that takes much longer than it may.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("30 s were not enough until {what}");
}

/// One of Postgres' other programs, which are beside the ones that are found, behind their links.
pub(crate) fn program(name: &str) -> PathBuf {
    let programs = Lookup::from_env().programs(None).unwrap();
    fs::canonicalize(programs.directory.join("postgres")).unwrap().with_file_name(name)
}

/// Adds a row to the table `kept`, which it creates; returns when that is acknowledged.
pub(crate) async fn insert(url: &str, value: i64) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS kept (value bigint)").execute(&mut connection).await.unwrap();
    sqlx::query("INSERT INTO kept VALUES ($1)").bind(value).execute(&mut connection).await.unwrap();
}

/// The rows of `kept`.
pub(crate) async fn rows(url: &str) -> Vec<i64> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar("SELECT value FROM kept ORDER BY value").fetch_all(&mut connection).await.unwrap()
}

/// One value of a query.
pub(crate) async fn ask(url: &str, query: &'static str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
}
