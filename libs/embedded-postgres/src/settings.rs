//! Postgres' configuration. It is written at every start, outside Postgres' own directory, so that a new Plimsoll's
//! settings apply to old data. What an operator sets with `ALTER SYSTEM` is read after it and prevails.

use std::path::{Path, PathBuf};

use crate::data_directory::{create, write};
use crate::error::Error;
use crate::identity::Identity;

/// The role that Plimsoll's services connect as; it owns the database and is no superuser.
pub(crate) const ROLE: &str = "plimsoll";
/// The superuser, for operators and for what the services may not do.
pub(crate) const SUPERUSER: &str = "postgres";
/// The database of Plimsoll's services.
pub(crate) const DATABASE: &str = "plimsoll";

/// Whether a commit that was acknowledged outlasts a crash of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It does: every commit is flushed to the disk.
    Full,
    /// It does not, and everything is faster. For tests. A crash of Postgres alone still loses nothing.
    Off,
}

/// The files, by their paths.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) config: PathBuf,
    pub(crate) hba: PathBuf,
    pub(crate) ident: PathBuf,
}

impl Settings {
    /// Writes them.
    pub(crate) fn write(
        directory: &Path,
        sockets: &Path,
        identity: &Identity,
        durability: Durability,
    ) -> Result<Self, Error> {
        create(directory, 0o755)?;
        let [config, hba, ident] =
            ["postgresql.conf", "pg_hba.conf", "pg_ident.conf"].map(|name| directory.join(name));
        // Readable by the user that Postgres runs as, writable by the caller alone; nothing in them is secret.
        write(&config, &configuration(sockets, durability), 0o644)?;
        write(&hba, HBA, 0o644)?;
        write(&ident, &user_map(&identity.peer), 0o644)?;
        Ok(Self { config, hba, ident })
    }
}

/// Sizes are for ten services with pools of ten connections and a machine that runs more than Postgres.
fn configuration(sockets: &Path, durability: Durability) -> String {
    let mut text = format!(
        "# Written by Plimsoll at every start. Use ALTER SYSTEM to change a setting.
# What initdb found out about this machine, such as its kind of shared memory:
include_if_exists = '../postgres/postgresql.conf'
cluster_name = 'plimsoll'
listen_addresses = ''
port = 5432
unix_socket_directories = '{}'
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = 64MB
work_mem = 4MB
maintenance_work_mem = 32MB
huge_pages = off
jit = off
max_wal_size = 512MB
max_wal_senders = 2
fsync = on
full_page_writes = on
synchronous_commit = on
restart_after_crash = on
timezone = 'UTC'
log_timezone = 'UTC'
# One file a weekday in postgres/log, overwritten a week later.
logging_collector = on
log_destination = 'stderr'
log_directory = 'log'
log_filename = 'postgres-%u.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %q%a@%d '
# Statements and details can hold what users typed; the service that gets the error knows them.
log_min_error_statement = panic
log_error_verbosity = terse
",
        sockets.display()
    );
    if durability == Durability::Off {
        text.push_str("fsync = off\nfull_page_writes = off\nmax_connections = 400\n");
    }
    text
}

/// The kernel tells Postgres who connects, and only the user that started it may: there is no password that could be
/// read or leak, and the directory of the socket (mode 0700) keeps others from knocking. `trust` would rest on that
/// directory alone, which the user `postgres` can enter when the server runs as it; a password would be one more
/// secret in a file, readable by exactly those who pass as the caller anyway.
const HBA: &str = "local all,replication all peer map=plimsoll\n";

fn user_map(peer: &str) -> String {
    format!("plimsoll \"{peer}\" {ROLE}\nplimsoll \"{peer}\" {SUPERUSER}\n")
}

#[cfg(test)]
#[path = "tests/settings.rs"]
mod tests;
