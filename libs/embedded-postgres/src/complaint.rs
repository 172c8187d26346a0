//! What a server that ended at once has to say for itself.

use std::fs;
use std::path::Path;

use crate::error::Error;

/// Below this, Postgres cannot write its next log segment (16 MB), and often not even a message.
const NEEDED: u64 = 16 << 20;

/// The reason of its end, from what it wrote to standard error before it opened its log, and from the log after that.
pub(crate) fn of(cluster: &Path, pid: u32, said: &str) -> Error {
    let log = newest_log(&cluster.join("log")).unwrap_or_default();
    // The log goes on from earlier servers; this one's part begins with its first line.
    let ours = log.find(&format!("[{pid}] ")).map_or("", |start| &log[start..]);
    let why = reason(said).or_else(|| reason(ours)).unwrap_or_else(|| said.to_owned());
    match free(cluster) {
        Some(free) if free < NEEDED => {
            Error::DiskFull { path: cluster.to_owned(), why: format!("{free} bytes are left; {why}") }
        }
        _ => Error::failed("postgres", cluster, &why),
    }
}

/// The bytes that Postgres' user may still write.
pub(crate) fn free(directory: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The line that says that it ended, after the one that says why, where Postgres uses two.
fn reason(text: &str) -> Option<String> {
    let messages: Vec<_> = text.lines().filter_map(message).collect();
    let last = messages.iter().rposition(|(severity, _)| matches!(*severity, "FATAL" | "PANIC"))?;
    let explained = last.checked_sub(1).filter(|_| messages[last].1.ends_with("contains errors"));
    let first = explained.unwrap_or(last);
    Some(messages[first..=last].iter().map(|(_, text)| *text).collect::<Vec<_>>().join("; "))
}

/// A line's severity and text.
fn message(line: &str) -> Option<(&str, &str)> {
    ["LOG", "ERROR", "FATAL", "PANIC"].into_iter().find_map(|severity| {
        let (_, text) = line.split_once(&format!("{severity}:  "))?;
        Some((severity, text))
    })
}

fn newest_log(directory: &Path) -> Option<String> {
    let entries = fs::read_dir(directory).ok()?.flatten();
    let newest = entries.max_by_key(|entry| entry.metadata().and_then(|data| data.modified()).ok())?;
    Some(String::from_utf8_lossy(&fs::read(newest.path()).ok()?).into_owned())
}

#[cfg(test)]
#[path = "tests/complaint.rs"]
mod tests;
