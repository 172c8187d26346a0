//! Postgres: one database, in which each service has its role and its schema.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::StackError;
use crate::layout::{Layout, put};
use crate::process::{Ends, Part, Ready};
use crate::services::SERVICES;
use crate::shell::run;

/// As which user Postgres' programs run for root, in a namespace: `initdb` refuses root, and wants a user that has a name.
const OTHER: [&str; 5] = ["unshare", "--user", "--map-user=1", "--map-group=1", "--"];

/// Postgres as a part, initialised if it is new.
pub(crate) fn part(layout: &Layout) -> Result<Part, StackError> {
    let programs = programs()?;
    let (data, port) = (layout.at("data/postgres"), layout.postgres_port().to_string());
    if !data.join("PG_VERSION").exists() {
        let password = layout.at("secrets/postgres");
        layout.secret("postgres")?;
        let mut words = words(&programs.join("initdb"));
        words.extend(
            ["--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"]
                .map(str::to_owned),
        );
        words.extend([
            format!("--pwfile={}", password.display()),
            "--pgdata".to_owned(),
            data.display().to_string(),
        ]);
        run(Command::new(&words[0]).args(&words[1..]), "")?;
    }
    let mut words = words(&programs.join("postgres"));
    words.extend(["-D".to_owned(), data.display().to_string()]);
    for setting in
        ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300", "jit=off"]
    {
        words.extend(["-c".to_owned(), setting.to_owned()]);
    }
    words.extend(["-c".to_owned(), format!("port={port}")]);
    let ready = [
        programs.join("pg_isready").display().to_string(),
        "-h".to_owned(),
        "127.0.0.1".to_owned(),
        "-p".to_owned(),
        port,
    ];
    Ok(Part {
        name: "postgres".to_owned(),
        service: None,
        port: layout.postgres_port(),
        words,
        ready: Ready::Asked(ready.into()),
        // Fast: connections are closed, and what was committed is there.
        ends: Ends::Interrupted,
        directory: layout.directory.clone(),
    })
}

fn words(program: &Path) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    if rustix::process::geteuid().is_root() {
        words.extend(OTHER.map(str::to_owned));
    }
    words.push(program.display().to_string());
    words
}

/// Postgres' own programs: where `PLIMSOLL_PG_BIN` says, in `PATH`, or where Debian has them. The server and its clients are from
/// one place.
fn programs() -> Result<PathBuf, StackError> {
    let said = std::env::var_os("PLIMSOLL_PG_BIN").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    installed.sort();
    let mut directories =
        said.into_iter().chain(std::env::split_paths(&path)).chain(installed.into_iter().rev());
    let is_whole = |path: &PathBuf| PROGRAMS.iter().all(|name| path.join(name).is_file());
    let missing =
        || StackError::new("there is no Postgres with its clients (Debian: apt-get install postgresql)");
    directories.find(is_whole).ok_or_else(missing)
}

const PROGRAMS: [&str; 4] = ["initdb", "postgres", "pg_isready", "psql"];

/// The database, roles, schemas and grants. It may be done again.
pub(crate) fn grant(layout: &Layout, sql: &str) -> Result<(), StackError> {
    let there = psql(layout, "postgres", "SELECT 1 FROM pg_database WHERE datname = 'plimsoll';\n")?;
    if !there.contains('1') {
        psql(layout, "postgres", "CREATE DATABASE plimsoll;\n")?;
    }
    put(&layout.at("config/roles.sql"), sql)?;
    psql(layout, "plimsoll", sql)?;
    let mut passwords = String::new();
    for service in SERVICES {
        let password = layout.secret(&format!("postgres-{service}"))?;
        passwords.push_str(&format!("ALTER ROLE plimsoll_{service} PASSWORD '{password}';\n"));
    }
    psql(layout, "plimsoll", &passwords).map(drop)
}

pub(crate) fn psql(layout: &Layout, database: &str, sql: &str) -> Result<String, StackError> {
    let mut command = Command::new(programs()?.join("psql"));
    command.args([
        "-h",
        "127.0.0.1",
        "-U",
        "postgres",
        "-d",
        database,
        "-p",
        &layout.postgres_port().to_string(),
    ]);
    command.args(["--no-psqlrc", "--quiet", "--tuples-only", "-v", "ON_ERROR_STOP=1"]);
    command.env("PGPASSWORD", layout.secret("postgres")?);
    run(&mut command, sql)
}

/// Where its superuser finds the database.
pub(crate) fn superuser(layout: &Layout) -> Result<String, StackError> {
    let (port, password) = (layout.postgres_port(), layout.secret("postgres")?);
    Ok(format!("postgres://postgres:{password}@127.0.0.1:{port}/plimsoll"))
}

/// Where a service's role finds the database.
pub(crate) fn url(layout: &Layout, service: &str) -> Result<String, StackError> {
    let (port, password) = (layout.postgres_port(), layout.secret(&format!("postgres-{service}"))?);
    Ok(format!("postgres://plimsoll_{service}:{password}@127.0.0.1:{port}/plimsoll"))
}
