//! Commands that render what other people wrote: run with nothing of ours, and stopped when they take too much.
//!
//! A command gets an empty environment, a private home and temporary directory, and no network: namespaces of its own
//! where the system gives them, and proxies that lead nowhere always. It may take so much time, memory and output, and
//! what it has started ends with it. It runs as the same user: it may read what that user may.

mod directory;

use std::ffi::OsString;
use std::num::NonZero;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread::available_parallelism;
use std::time::Duration;

pub(crate) use directory::PrivateDirectory;
use rustix::process::Signal;

use crate::process::{self, Finished};

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

/// What a command may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// No network.
    Nothing,
    /// The network of this machine, which an administrator has allowed.
    Everything,
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
    run_in(&place.work(), program, arguments, place, bounds, Reach::Nothing)
}

/// Runs a command that is fed this input.
pub(crate) fn run_fed(
    program: &Path,
    arguments: &[OsString],
    input: &[u8],
    place: &PrivateDirectory,
    bounds: &Bounds,
) -> Ended {
    let mut command = limited(bounds, Reach::Nothing);
    command.arg(program).args(arguments);
    finish(command, (&place.work(), Reach::Nothing), input, place, bounds)
}

/// Runs a command in a directory of a private place.
pub(crate) fn run_in(
    directory: &Path,
    program: &Path,
    arguments: &[OsString],
    place: &PrivateDirectory,
    bounds: &Bounds,
    reach: Reach,
) -> Ended {
    let mut command = limited(bounds, reach);
    command.arg(program).args(arguments);
    finish(command, (directory, reach), b"", place, bounds)
}

fn finish(
    mut command: Command,
    (directory, reach): (&Path, Reach),
    input: &[u8],
    place: &PrivateDirectory,
    bounds: &Bounds,
) -> Ended {
    command.current_dir(directory).env_clear().envs(environment(place, reach)).stdin(Stdio::null());
    match process::run(&mut command, input, Some(bounds.time)) {
        Ok(finished) => end_of(finished, bounds),
        Err(error) => Ended::NotStarted { why: crate::error::plain(&error) },
    }
}

fn end_of(finished: Finished, bounds: &Bounds) -> Ended {
    let printed = finished.stdout.len().max(finished.stderr.len()) as u64;
    match (finished.status.code(), finished.status.signal().and_then(Signal::from_named_raw)) {
        _ if printed > bounds.output_bytes => Ended::Output,
        (Some(0), _) => Ended::Done { stdout: finished.stdout },
        _ if finished.expired => Ended::Time,
        (_, Some(Signal::XCPU)) => Ended::Time,
        (_, Some(Signal::XFSZ)) => Ended::Output,
        // Not by us: by a system that has no memory left.
        (_, Some(Signal::KILL)) => Ended::Memory,
        _ if ran_out_of_memory(&finished.stderr) => Ended::Memory,
        // By the shell, of a command that is not there or may not be run (POSIX, "Exit Status for Commands").
        (Some(126 | 127), _) => {
            let why = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
            Ended::NotStarted { why }
        }
        _ if finished.stderr.iter().all(u8::is_ascii_whitespace) => {
            Ended::Failed { stderr: format!("it says nothing ({})", finished.status).into_bytes() }
        }
        _ => Ended::Failed { stderr: finished.stderr },
    }
}

fn limited(bounds: &Bounds, reach: Reach) -> Command {
    let words = if reach == Reach::Nothing { namespace() } else { &[] };
    let mut command = match words {
        [] => Command::new("/bin/sh"),
        words => {
            let mut command = Command::new(words[0]);
            command.args(&words[1..]).arg("/bin/sh");
            command
        }
    };
    // One block more than is allowed, so that what is cut off is seen.
    let blocks = bounds.output_bytes.div_ceil(BLOCK) + 1;
    // On all processors it may use that much; the clock on the wall ends it before that.
    let processors = available_parallelism().map_or(1, NonZero::get) as u64;
    let limits = [(bounds.time.as_secs() + 1) * processors, blocks, bounds.memory_bytes >> 10];
    command.args(["-c", LIMITED, "sh"]).args(limits.map(|limit| limit.to_string()));
    command
}

/// Go, which `helm` and `kustomize` are written in, says so, and so does Rust; others with the system's own words.
fn ran_out_of_memory(stderr: &[u8]) -> bool {
    let said = String::from_utf8_lossy(stderr);
    ["out of memory", "cannot allocate memory", "Cannot allocate memory", "memory allocation of"]
        .iter()
        .any(|words| said.contains(words))
}

fn environment(place: &PrivateDirectory, reach: Reach) -> Vec<(&'static str, OsString)> {
    let mut variables: Vec<(&str, OsString)> = vec![
        ("PATH", "/usr/local/bin:/usr/bin:/bin".into()),
        ("HOME", place.home().into()),
        ("TMPDIR", place.temporary().into()),
        ("LC_ALL", "C".into()),
        ("TZ", "UTC".into()),
    ];
    if reach == Reach::Everything {
        return variables;
    }
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

/// The ways to start a command without a network, the best first: with numbers of processes of its own, so that all of
/// them end with it; and for users who may have no namespaces otherwise, with one of users.
const WAYS: [&[&str]; 4] = [
    &["unshare", "--net", "--pid", "--fork", "--kill-child", "--"],
    &["unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--"],
    &["unshare", "--net", "--"],
    &["unshare", "--map-root-user", "--net", "--"],
];

/// The words that start a command without a network; none where the system does not let us.
fn namespace() -> &'static [&'static str] {
    static FOUND: OnceLock<&'static [&'static str]> = OnceLock::new();
    FOUND.get_or_init(|| WAYS.into_iter().find(|words| works(words)).unwrap_or_default())
}

fn works(words: &[&str]) -> bool {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use std::process::ExitStatus;

    use super::*;

    /// The status of `wait`: the exit code in the second byte, or the signal in the first (POSIX, `wait`).
    fn ended(status: i32, stderr: &str) -> Ended {
        let (status, stderr) = (ExitStatus::from_raw(status), stderr.as_bytes().to_vec());
        end_of(Finished { status, stdout: Vec::new(), stderr, expired: false }, &Bounds::default())
    }

    #[test]
    fn an_end_is_told_by_its_status_and_its_words() {
        assert!(matches!(ended(0, "a warning"), Ended::Done { .. }));
        assert!(matches!(ended(9, ""), Ended::Memory), "SIGKILL");
        assert!(matches!(ended(24, ""), Ended::Time), "SIGXCPU");
        assert!(matches!(ended(25, ""), Ended::Output), "SIGXFSZ");
        assert!(matches!(ended(2 << 8, "fatal error: runtime: out of memory"), Ended::Memory));
        assert!(matches!(ended(127 << 8, "sh: 1: exec: helm: not found"), Ended::NotStarted { .. }));
        assert!(matches!(ended(1 << 8, "Error: x"), Ended::Failed { stderr } if stderr == b"Error: x"));
        let silent = ended(3 << 8, "\n");
        assert!(matches!(silent, Ended::Failed { stderr } if stderr == b"it says nothing (exit status: 3)"));
    }
}
