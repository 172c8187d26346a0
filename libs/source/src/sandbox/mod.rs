//! Commands that render what other people wrote: run with nothing of ours, and stopped when they take too much.
//!
//! A command gets an empty environment, a private home and temporary directory, and no network: a network namespace of
//! its own where the system gives one, and proxies that lead nowhere always. It may take so much time, memory and
//! output. It runs as the same user: it may read what that user may.

mod directory;

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

pub(crate) use directory::PrivateDirectory;

use crate::process;

/// What a command may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may run.
    pub time: Duration,
    /// How many bytes it may print, and how large a file it may write.
    pub output_bytes: u64,
    /// How much memory it may map, in bytes.
    pub memory_bytes: u64,
}

impl Default for Bounds {
    /// Half a minute, 64 MiB of output, 4 GiB of address space.
    fn default() -> Self {
        Self { time: Duration::from_secs(30), output_bytes: 64 << 20, memory_bytes: 4 << 30 }
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) enum Ended {
    Done {
        stdout: Vec<u8>,
    },
    Failed {
        stderr: Vec<u8>,
    },
    /// Its time was over.
    Time,
    /// It printed more than it may.
    Output,
    /// It asked for more memory than it may.
    Memory,
    /// It could not be started, or nothing can be.
    NotStarted {
        why: String,
    },
}

/// What keeps a command off the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// It has a network namespace of its own, with nothing in it.
    None,
    /// Only proxies that lead nowhere: the system gives no namespace.
    DeadProxies,
}

/// Sets the limits and becomes the command, which is in the arguments. The limits are those of `setrlimit`: seconds of
/// processor time, blocks of 512 bytes, kibibytes. What a system does not know is left out.
const LIMITED: &str = "ulimit -c 0; ulimit -t \"$1\"; ulimit -f \"$2\"; ulimit -v \"$3\" 2>/dev/null || :; \
                       shift 3; exec \"$@\"";

/// The size of the blocks that `ulimit -f` counts, as POSIX has it.
const BLOCK: u64 = 512;

/// Runs a command in the working directory of a private place.
pub(crate) fn run(
    program: &Path,
    arguments: &[OsString],
    place: &PrivateDirectory,
    bounds: &Bounds,
) -> Ended {
    run_in(&place.work(), program, arguments, place, bounds)
}

/// Runs a command in a directory of a private place.
pub(crate) fn run_in(
    directory: &Path,
    program: &Path,
    arguments: &[OsString],
    place: &PrivateDirectory,
    bounds: &Bounds,
) -> Ended {
    let mut command = limited(bounds);
    command.arg(program).args(arguments).current_dir(directory).env_clear().envs(environment(place));
    command.stdin(Stdio::null());
    let finished = match process::run(&mut command, b"", Some(bounds.time)) {
        Ok(finished) => finished,
        Err(error) => return Ended::NotStarted { why: crate::error::plain(&error) },
    };
    let printed = finished.stdout.len().max(finished.stderr.len()) as u64;
    match finished.status.success() {
        _ if printed > bounds.output_bytes => Ended::Output,
        true => Ended::Done { stdout: finished.stdout },
        false if finished.expired => Ended::Time,
        false if ran_out_of_memory(&finished.stderr) => Ended::Memory,
        // By the shell, of a command that is not there or may not be run (POSIX, "Exit Status for Commands").
        false if matches!(finished.status.code(), Some(126 | 127)) => {
            let why = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
            Ended::NotStarted { why }
        }
        false => Ended::Failed { stderr: finished.stderr },
    }
}

fn limited(bounds: &Bounds) -> Command {
    let mut command = match namespace() {
        [] => Command::new("/bin/sh"),
        words => {
            let mut command = Command::new(words[0]);
            command.args(&words[1..]).arg("/bin/sh");
            command
        }
    };
    // One block more than is allowed, so that what is cut off is seen.
    let blocks = bounds.output_bytes.div_ceil(BLOCK) + 1;
    let limits = [bounds.time.as_secs().max(1), blocks, bounds.memory_bytes >> 10];
    command.args(["-c", LIMITED, "sh"]).args(limits.map(|limit| limit.to_string()));
    command
}

/// Go, which `helm` and `kustomize` are written in, says so; so do others with the system's own words.
fn ran_out_of_memory(stderr: &[u8]) -> bool {
    let said = String::from_utf8_lossy(stderr);
    ["out of memory", "cannot allocate memory", "Cannot allocate memory"]
        .iter()
        .any(|words| said.contains(words))
}

fn environment(place: &PrivateDirectory) -> Vec<(&'static str, OsString)> {
    let mut variables: Vec<(&str, OsString)> = vec![
        ("PATH", "/usr/local/bin:/usr/bin:/bin".into()),
        ("HOME", place.home().into()),
        ("TMPDIR", place.temporary().into()),
        ("LC_ALL", "C".into()),
        ("TZ", "UTC".into()),
    ];
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        // The port of the discard protocol, which nobody listens on.
        variables.push((name, "http://127.0.0.1:9".into()));
    }
    variables
}

/// What a command of the sandbox reaches.
#[must_use]
pub fn network() -> Network {
    match namespace() {
        [] => Network::DeadProxies,
        _ => Network::None,
    }
}

/// The words that start a command without a network; none where the system does not let us.
fn namespace() -> &'static [&'static str] {
    static FOUND: OnceLock<&'static [&'static str]> = OnceLock::new();
    FOUND.get_or_init(|| {
        let ways: [&[&str]; 2] =
            [&["unshare", "--net", "--"], &["unshare", "--net", "--map-root-user", "--"]];
        ways.into_iter().find(|words| works(words)).unwrap_or_default()
    })
}

fn works(words: &[&str]) -> bool {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
