//! Lock files of a server that is gone.
//!
//! Postgres removes them itself when the pid in them is nobody's. After a restart of a container or a machine the same
//! pid is often another program's, and Postgres then refuses to start. This is called when nobody works in the data
//! and the data directory is locked; only a file whose pid is a program other than Postgres is removed, so that
//! Postgres' own check decides in every other case.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::error::Error;
use crate::pid_file;

/// Removes the lock files of the data and of the socket if their pid is another program's.
pub(crate) fn remove(cluster: &Path, sockets: &Path) -> Result<(), Error> {
    let socket = sockets.join(".s.PGSQL.5432");
    for file in [pid_file::path(cluster), sockets.join(".s.PGSQL.5432.lock")] {
        let Some(found) = pid_file::read(&file) else { continue };
        if !is_another_program(found.pid) {
            continue;
        }
        // A server in another container would be out of sight, but would answer.
        if UnixStream::connect(&socket).is_ok() {
            return Err(Error::InUse { path: cluster.to_owned(), pid: None });
        }
        tracing::info!(pid = found.pid, file = %file.display(), "removing a lock file whose pid is no Postgres");
        removed(fs::remove_file(&file)).map_err(|error| Error::io(&file, &error))?;
    }
    Ok(())
}

fn removed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn is_another_program(pid: u32) -> bool {
    let name = fs::read_to_string(format!("/proc/{pid}/comm"));
    name.is_ok_and(|name| !crate::leftovers::is_postgres(name.trim()))
}
