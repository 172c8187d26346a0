//! A new data directory.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::ExitStatus;

use crate::data_directory::{DataDirectory, give};
use crate::error::Error;
use crate::identity::Identity;
use crate::programs::Programs;
use crate::settings::{Durability, SUPERUSER};
use crate::watched::Watched;

/// What an unfinished initialisation is called; the name goes on with something random.
const UNFINISHED: &str = "postgres.new-";

/// Has `initdb` write the data beside their place and renames them when they are whole, so that an initialisation that
/// is interrupted leaves nothing that looks like data.
pub(crate) async fn initialise(
    directory: &DataDirectory,
    programs: &Programs,
    identity: &Identity,
    durability: Durability,
) -> Result<(), Error> {
    let cluster = directory.cluster();
    if cluster.exists() {
        return Ok(());
    }
    let root = directory.root();
    let failed = |error: io::Error| Error::io(root, &error);
    remove_unfinished(root);
    let unfinished = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(root).map_err(failed)?;
    give(unfinished.path(), identity).map_err(failed)?;
    run_initdb(unfinished.path(), programs, identity, durability).await?;
    fs::rename(unfinished.path(), &cluster).map_err(failed)?;
    let _moved = unfinished.keep();
    File::open(root).and_then(|root| root.sync_all()).map_err(failed)
}

/// What is left of initialisations that were killed. The directory is locked, so nobody is at work in them; what
/// cannot be removed now does no harm and is tried again next time.
fn remove_unfinished(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

async fn run_initdb(
    into: &Path,
    programs: &Programs,
    identity: &Identity,
    durability: Durability,
) -> Result<(), Error> {
    // Plimsoll's own configuration decides who may connect; a server that somebody starts without it is closed.
    let options =
        ["--encoding=UTF8", "--locale=C", "--data-checksums", "--auth-local=peer", "--auth-host=reject"];
    let superuser = format!("--username={SUPERUSER}");
    let mut arguments: Vec<&OsStr> = vec![OsStr::new("-D"), into.as_os_str(), OsStr::new(&superuser)];
    arguments.extend(options.map(OsStr::new));
    if durability == Durability::Off {
        // Small segments of the log: less to write, and to copy.
        arguments.extend(["--no-sync", "--wal-segsize=1"].map(OsStr::new));
    }
    let spawned = Watched::spawn(identity, &programs.initdb(), &arguments).await;
    let mut initdb = spawned.map_err(|error| Error::failed("initdb", into, &error.to_string()))?;
    let ended = initdb.ended().await;
    let said = initdb.last_words().await;
    if ended.as_ref().is_ok_and(ExitStatus::success) {
        return Ok(());
    }
    Err(Error::failed("initdb", into, &complaints(&said)))
}

/// The lines that say what went wrong; of the others, initdb prints many.
fn complaints(said: &str) -> String {
    let lines: Vec<_> =
        said.lines().filter(|line| line.contains("error: ") || line.contains("FATAL: ")).collect();
    if lines.is_empty() { said.to_owned() } else { lines.join("\n") }
}
