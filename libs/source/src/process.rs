//! Processes that end: a process with a deadline is ended, with all that it started, when its time is over.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// How long a process that is asked to end may take to remove its lock files.
const GRACE: Duration = Duration::from_secs(2);

/// What a process that has ended leaves.
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// Whether it was ended because its time was over.
    pub(crate) expired: bool,
}

/// Runs a process to its end. Its streams are files: what it has left behind in the background may hold them open
/// without anybody waiting for it, and no pipe fills.
pub(crate) fn run(command: &mut Command, input: &[u8], deadline: Option<Duration>) -> io::Result<Finished> {
    let (stdout, stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    if !input.is_empty() {
        let mut file = tempfile::tempfile()?;
        file.write_all(input)?;
        file.rewind()?;
        command.stdin(file);
    }
    command.stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
    let mut running = Running::start(command, deadline)?;
    let status = running.finish()?;
    // The last handles on the input and the outputs, other than ours.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let expired = running.expired();
    Ok(Finished { status, stdout: read_back(stdout)?, stderr: read_back(stderr)?, expired })
}

fn read_back(mut file: File) -> io::Result<Vec<u8>> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A process that has been started. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: Child,
    watchdog: Option<Watchdog>,
    expired: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Watchdog {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Running {
    /// With a deadline, the process leads a group of its own, so that what it starts ends with it.
    pub(crate) fn start(command: &mut Command, deadline: Option<Duration>) -> io::Result<Self> {
        if deadline.is_some() {
            command.process_group(0);
        }
        let child = command.spawn()?;
        let mut running = Self { child, watchdog: None, expired: Arc::default() };
        if let Some(deadline) = deadline {
            running.watchdog = Some(watch(&running, deadline)?);
        }
        Ok(running)
    }

    /// Whether its time was over before it had ended.
    pub(crate) fn expired(&self) -> bool {
        self.expired.load(Ordering::Acquire)
    }

    /// Waits for its end.
    fn finish(&mut self) -> io::Result<ExitStatus> {
        if let Some(Watchdog { stop, thread }) = self.watchdog.take() {
            // Not reaped before the watchdog has stopped: until then its number can be nobody else's.
            while let Err(rustix::io::Errno::INTR) = waitid(
                WaitId::Pid(Pid::from_child(&self.child)),
                WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
            ) {}
            drop(stop);
            let _ = thread.join();
        }
        self.child.wait()
    }
}

impl Drop for Running {
    /// Not waited for, a child that has ended would stay in the process table.
    fn drop(&mut self) {
        if self.watchdog.is_some() {
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.finish();
    }
}

fn watch(running: &Running, deadline: Duration) -> io::Result<Watchdog> {
    let (stop, stopped) = channel::<()>();
    let (group, expired) = (Pid::from_child(&running.child), Arc::clone(&running.expired));
    let thread = std::thread::Builder::new().name("deadline".to_owned()).spawn(move || {
        if stopped.recv_timeout(deadline) == Err(RecvTimeoutError::Timeout) {
            expired.store(true, Ordering::Release);
            let _ = kill_process_group(group, Signal::TERM);
            let _ = stopped.recv_timeout(GRACE);
            // Also when the leader has ended in time: what it started may not have.
            let _ = kill_process_group(group, Signal::KILL);
        }
    })?;
    Ok(Watchdog { stop, thread })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn input_and_both_outputs_are_passed() {
        let input = vec![b'x'; 1 << 20];
        let done = run(&mut shell("cat; echo said >&2; exit 3"), &input, None).unwrap();
        assert_eq!((done.stdout, done.stderr), (input, b"said\n".to_vec()));
        assert_eq!((done.status.code(), done.expired), (Some(3), false));
    }

    #[test]
    fn a_process_ends_with_all_that_it_started_when_its_time_is_over() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pid");
        // The inner process ignores the request to end; the outer one follows it.
        let inner = format!("trap \"\" TERM; echo $$ > {}; sleep 600", file.display());
        let script = format!("sh -c '{inner}' & wait");
        let done = run(&mut shell(&script), b"", Some(Duration::from_millis(300))).unwrap();
        assert!(done.expired && !done.status.success());
        let pid: u32 = std::fs::read_to_string(file).unwrap().trim().parse().unwrap();
        assert!(ends(pid), "the inner process is left");
    }

    fn ends(pid: u32) -> bool {
        (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            !is_running(pid)
        })
    }

    /// A process that has ended may be left as a zombie, where nobody waits for orphans.
    fn is_running(pid: u32) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        !status.is_empty() && !status.contains("State:\tZ")
    }

    #[test]
    fn what_runs_on_in_the_background_is_not_waited_for() {
        let done = run(&mut shell("sleep 600 & echo $!"), b"", Some(Duration::from_secs(60))).unwrap();
        assert!(done.status.success() && !done.expired);
        let pid: i32 = String::from_utf8(done.stdout).unwrap().trim().parse().unwrap();
        let left = rustix::process::kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL);
        assert_eq!(left, Ok(()), "it was still running");
    }

    #[test]
    fn a_process_that_is_dropped_is_killed() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pid");
        let script = format!("sleep 600 & echo $! > {}; wait", file.display());
        let running = Running::start(&mut shell(&script), Some(Duration::from_secs(60))).unwrap();
        let started = || std::fs::read_to_string(&file).unwrap_or_default().trim().parse::<u32>().ok();
        let inner = std::iter::repeat_with(started).flatten().next().unwrap();
        let outer = running.child.id();
        drop(running);
        assert!(ends(inner) && ends(outer));
    }
}
