//! `postmaster.pid`: Postgres' pid in the first line, what it is doing in the eighth
//! (src/include/utils/pidfile.h of Postgres). After a crash the file stays, and still says `ready`.

use std::fs;
use std::path::{Path, PathBuf};

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: u32,
    pub(crate) is_ready: bool,
}

/// Where it is.
pub(crate) fn path(cluster: &Path) -> PathBuf {
    cluster.join("postmaster.pid")
}

/// Reads it, or the lock file of a socket, which begins with the same lines; if there is one with a pid.
pub(crate) fn read(file: &Path) -> Option<PidFile> {
    parse(&fs::read_to_string(file).ok()?)
}

fn parse(text: &str) -> Option<PidFile> {
    let mut lines = text.lines();
    // A stand-alone backend writes its pid with a minus sign.
    let pid = lines.next()?.trim().trim_start_matches('-').parse().ok()?;
    Some(PidFile { pid, is_ready: lines.nth(6).is_some_and(|status| status.trim() == "ready") })
}

#[cfg(test)]
#[path = "tests/pid_file.rs"]
mod tests;
