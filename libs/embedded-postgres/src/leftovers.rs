//! Processes that an earlier server left in the data directory.
//!
//! Postgres takes a pid file for a running server's although the pid may be another program's by now, and refuses to
//! start while a process of the old server is attached to its shared memory. All of them work in the data directory,
//! so /proc tells who they are. (Where there is no /proc, Postgres' own checks remain.)

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

use crate::error::Error;
use crate::pid_file;

const PAUSE: Duration = Duration::from_millis(20);
/// A process that is ending has no command line any more: a server is called foreign only if it stays.
const FOREIGN_AFTER: Duration = Duration::from_secs(1);
/// An old server is usually on its way out already.
const ASKED_AFTER: Duration = Duration::from_millis(500);
const KILLED_AFTER: Duration = Duration::from_secs(6);
const GIVEN_UP_AFTER: Duration = Duration::from_secs(12);

/// Waits until nobody works in the data any more. What this library started and lost, it ends; a server that somebody
/// started by hand it leaves alone, and names.
pub(crate) async fn clear(cluster: &Path, config: &Path) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        let pids = processes_in(cluster);
        let Some(first) = pids.first() else { return Ok(()) };
        let waited = begun.elapsed();
        let foreign = pids.iter().find(|pid| is_foreign_server(**pid, cluster, config));
        if waited > GIVEN_UP_AFTER || (foreign.is_some() && waited > FOREIGN_AFTER) {
            let pid = foreign.unwrap_or(first).as_raw_nonzero().get();
            return Err(Error::InUse { path: cluster.to_owned(), pid: pid.try_into().ok() });
        }
        match foreign {
            None if waited > KILLED_AFTER => send(&pids, Signal::KILL),
            None if waited > ASKED_AFTER => send(&pids, Signal::QUIT),
            _ => {}
        }
        sleep(PAUSE).await;
    }
}

fn send(pids: &[Pid], signal: Signal) {
    for pid in pids {
        // One that has ended meanwhile is what is wanted.
        let _ = kill_process(*pid, signal);
    }
}

/// Postgres' processes whose working directory is the data directory: all of a server's are there.
fn processes_in(cluster: &Path) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(Pid::from_raw).filter(|pid| works_in(*pid, cluster)).collect()
}

fn works_in(pid: Pid, cluster: &Path) -> bool {
    let process = Path::new("/proc").join(pid.as_raw_nonzero().to_string());
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    is_postgres(name.trim()) && fs::read_link(process.join("cwd")).is_ok_and(|directory| directory == cluster)
}

/// Whether a process of this name is one of Postgres'.
pub(crate) fn is_postgres(name: &str) -> bool {
    matches!(name, "postgres" | "postmaster")
}

/// Whether it is the server itself and was not started with Plimsoll's configuration.
fn is_foreign_server(pid: Pid, cluster: &Path, config: &Path) -> bool {
    let number = pid.as_raw_nonzero().get();
    if pid_file::read(&pid_file::path(cluster)).map(|found| found.pid) != u32::try_from(number).ok() {
        return false;
    }
    let arguments = fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
    let ours = crate::server::config_argument(config);
    !arguments.split(|byte| *byte == 0).any(|argument| argument == ours.as_encoded_bytes())
}
