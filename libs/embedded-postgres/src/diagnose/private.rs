//! What the private Postgres needs.

use std::fs;
use std::path::Path;

use super::Check;
use crate::complaint::free;
use crate::data_directory;
use crate::error::Error;
use crate::identity::{Identity, RunAs};
use crate::lock;
use crate::postgres::Options;
use crate::sockets;

/// New data take about 50 MB; the log of changes grows to 512 MB before it is used again.
const ENOUGH: u64 = 1 << 30;

/// Looks at the disk, the programs and the users.
pub(super) fn look(options: &Options) -> Vec<Check> {
    let root = &options.data_dir;
    let reach = data_directory::nearest(root);
    let mut checks = vec![of("data directory", directory(root, &reach))];
    let data = data_directory::version(root).ok().flatten();
    let programs = options.lookup.programs(data.and_then(|data| data.parse().ok()));
    let fits = programs.as_ref().map_or(Ok(()), |programs| data_directory::accept_version(root, programs));
    match programs.and_then(|programs| fits.map(|()| programs)) {
        Err(error) => checks.push(of("programs", Err(error))),
        Ok(programs) => {
            let found = format!("Postgres {} in {}", programs.version, programs.directory.display());
            checks.push(of("programs", Ok(found)));
            let identity = Identity::choose(&reach, &programs.postgres(), data_directory::owner(root));
            checks.push(of("user", identity.as_ref().map(describe).map_err(Clone::clone)));
            if let Ok(identity) = identity {
                checks.push(of("socket", socket(root, &identity)));
            }
        }
    }
    checks.push(Check::new("disk space", space(&reach)));
    checks
}

fn of(name: &'static str, found: Result<String, Error>) -> Check {
    Check::new(name, found.map_err(|error| (error.to_string(), mend(&error))))
}

fn directory(root: &Path, reach: &Path) -> Result<String, Error> {
    rustix::fs::access(reach, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)
        .map_err(|error| Error::io(reach, &error.into()))?;
    if !reach.is_dir() {
        return Err(Error::Directory { path: reach.to_owned(), why: "it is not a directory".to_owned() });
    }
    if reach != root {
        return Ok(format!("{} will be created", root.display()));
    }
    if let Some(layout) = data_directory::read_layout(root)? {
        data_directory::accept_layout(root, &layout)?;
    }
    Ok(match lock::held_by(root) {
        Some(Some(pid)) => format!("{}, where process {pid} runs", root.display()),
        Some(None) => format!("{}, where another process runs", root.display()),
        None => root.display().to_string(),
    })
}

fn describe(identity: &Identity) -> String {
    match identity.run_as {
        RunAs::Caller => format!("Postgres runs as {}", identity.peer),
        RunAs::Switched { .. } => "Postgres runs as the user postgres".to_owned(),
        RunAs::Mapped { .. } => "Postgres runs in a user namespace".to_owned(),
    }
}

fn socket(root: &Path, identity: &Identity) -> Result<String, Error> {
    let real = fs::canonicalize(root).or_else(|_| std::path::absolute(root));
    let path = sockets::path(&real.map_err(|error| Error::io(root, &error))?, &std::env::temp_dir());
    sockets::accept(&path, identity)?;
    Ok(format!("in {}", path.display()))
}

fn space(reach: &Path) -> Result<String, (String, &'static str)> {
    match free(reach) {
        Some(bytes) if bytes < ENOUGH => {
            Err((megabytes(bytes), "free space on the disk of the data directory"))
        }
        Some(bytes) => Ok(megabytes(bytes)),
        None => Ok("unknown".to_owned()),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB are free", bytes >> 20)
}

/// In a sentence; the page of the error's code says more.
fn mend(error: &Error) -> &'static str {
    match error {
        Error::NotFound { .. } => {
            "install Postgres, such as by apt-get install postgresql, or set PLIMSOLL_PG_BIN"
        }
        Error::Unusable { .. } => {
            "set PLIMSOLL_PG_BIN to the directory that holds initdb and postgres, or unset it"
        }
        Error::Unsupported { .. } => "install a supported version beside it",
        Error::Version { .. } => "install that version of Postgres too, or upgrade the data with pg_upgrade",
        Error::Newer { .. } => "install the later Plimsoll again, or choose another data directory",
        Error::InUse { .. } => "use the Plimsoll that runs there, or stop it first",
        Error::NoUser { .. } => "run Plimsoll as an ordinary user, or keep its data where user postgres can",
        Error::Directory { .. } => "check who owns the data directory, and its permissions",
        Error::DiskFull { .. } => "free space on the disk of the data directory",
        Error::Failed { .. } => "read the newest file in postgres/log in the data directory",
    }
}
