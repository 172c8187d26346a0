//! A part of the stack: a process that is started, known again, signalled and ended.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub use rustix::process::Signal;
use rustix::process::{Pid, kill_process};
use serde::{Deserialize, Serialize};

use crate::error::StackError;
use crate::shell::alone;

/// A part of the stack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Which service it is a process of; none for a server.
    pub service: Option<String>,
    /// The port by which it is known.
    pub port: u16,
    /// The program and its arguments.
    pub(crate) words: Vec<String>,
    /// How it is seen whether it does its work.
    pub ready: Ready,
    pub(crate) ends: Ends,
    pub(crate) directory: PathBuf,
}

/// How it is seen whether a part does its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ready {
    /// It takes connections.
    Connects,
    /// It answers 200 (HTTP).
    Answers {
        /// On this port.
        port: u16,
        /// To who asks for this.
        path: String,
    },
    /// A program that asks it ends well.
    Asked(Vec<String>),
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does its work.
    Ready,
    /// It runs, and does not do its work, or not yet.
    NotReady,
    /// It does not run.
    Down,
}

impl State {
    /// In words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NotReady => "not ready",
            Self::Down => "down",
        }
    }
}

/// By which signal a part ends in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ends {
    Terminated,
    Interrupted,
}

const TICK: Duration = Duration::from_millis(50);

impl Part {
    /// Where it logs.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.directory.join("log").join(format!("{}.log", self.name))
    }

    fn pid_file(&self) -> PathBuf {
        self.directory.join("run").join(format!("{}.pid", self.name))
    }

    /// The process, if it is the one that was started.
    #[must_use]
    pub fn process(&self) -> Option<Pid> {
        running_process(&self.pid_file())
    }

    /// Starts it, if it does not run.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(&self) -> Result<(), StackError> {
        if self.process().is_some() {
            return Ok(());
        }
        let log = self.log();
        let open = || File::options().create(true).append(true).open(&log).map_err(StackError::file(&log));
        let (program, arguments) =
            self.words.split_first().ok_or_else(|| StackError::new("a part has no program"))?;
        let mut command = Command::new(program);
        alone(&mut command).args(arguments).current_dir(&self.directory);
        command.stdin(Stdio::null()).stdout(open()?).stderr(open()?);
        // Ctrl-C at the terminal is not for it.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| {
            StackError::new(format!(
                "{}: {program} cannot be started: {error} (make build-kafka builds every program)",
                self.name
            ))
        })?;
        let pid = Pid::from_child(&child);
        // A process that is no child of this one, or of which nobody asks how it ended, would stay as a zombie.
        std::thread::spawn(move || child.wait());
        let path = self.pid_file();
        let began = began_at(pid).unwrap_or_default();
        fs::write(&path, format!("{pid} {began}\n")).map_err(StackError::file(&path))
    }

    /// Sends a signal, and says whether there was somebody to get it.
    pub fn signal(&self, signal: Signal) -> bool {
        self.process().is_some_and(|process| kill_process(process, signal).is_ok())
    }

    /// Ends it in order, and after so long not in order; returns when it is gone.
    pub fn stop(&self, patience: Duration) {
        let in_order = match self.ends {
            Ends::Terminated => Signal::TERM,
            Ends::Interrupted => Signal::INT,
        };
        for (signal, patience) in [(in_order, patience), (Signal::KILL, Duration::from_secs(10))] {
            // One that stands still does not hear that it is to end.
            if !self.signal(signal) || !self.signal(Signal::CONT) {
                break;
            }
            let mut waited = Duration::ZERO;
            while self.process().is_some() && waited < patience {
                sleep(TICK);
                waited += TICK;
            }
        }
        if self.process().is_none() {
            let _ = fs::remove_file(self.pid_file());
        }
    }

    /// Kills it, as a crash would; returns when it is gone.
    pub fn kill(&self) {
        while self.signal(Signal::KILL) {
            sleep(Duration::from_millis(5));
        }
    }

    /// Whether it does its work.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.process().is_some()
            && match &self.ready {
                Ready::Connects => connect(self.port).is_some(),
                Ready::Answers { port, path } => answers(*port, path).unwrap_or(false),
                Ready::Asked(words) => asked(words),
            }
    }

    /// How it is.
    #[must_use]
    pub fn state(&self) -> State {
        match (self.process(), self.is_ready()) {
            (None, _) => State::Down,
            (Some(_), false) => State::NotReady,
            (Some(_), true) => State::Ready,
        }
    }

    /// Waits until it does its work.
    ///
    /// # Errors
    /// It has ended, or it takes too long.
    pub fn until_ready(&self, patience: Duration) -> Result<(), StackError> {
        // To ask may take seconds, too.
        #[expect(clippy::disallowed_methods, reason = "how long it may take is said in time")]
        let began = Instant::now();
        while !self.is_ready() {
            let why = match self.process() {
                None => "it has ended",
                Some(_) if began.elapsed() > patience => "it is not ready in time",
                Some(_) => "",
            };
            if !why.is_empty() {
                return Err(StackError::new(format!("{}: {why}: {}", self.name, end_of(&self.log()))));
            }
            sleep(TICK);
        }
        Ok(())
    }

    /// How many bytes of memory it has, and had at most.
    #[must_use]
    pub fn memory(&self) -> Option<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process()?)).ok()?;
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
        };
        Some((of("VmRSS:")?, of("VmHWM:")?))
    }
}

/// The process of a file that [`Part::start`] wrote, if it is still the one that was started.
pub(crate) fn running_process(pid_file: &Path) -> Option<Pid> {
    let text = fs::read_to_string(pid_file).ok()?;
    let (pid, began) = text.trim().split_once(' ')?;
    let pid = Pid::from_raw(pid.parse().ok()?)?;
    (began_at(pid)? == began).then_some(pid)
}

/// When a process began, in the kernel's ticks: a number that comes again is another process'. None for one that is gone, be it
/// that nobody has asked how it ended.
pub(crate) fn began_at(pid: Pid) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, which may hold anything, ends with the last parenthesis; the state follows.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    (state != "Z").then(|| fields.nth(18).map(str::to_owned))?
}

fn connect(port: u16) -> Option<TcpStream> {
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    TcpStream::connect_timeout(&address.into(), Duration::from_secs(1)).ok()
}

fn answers(port: u16, path: &str) -> Option<bool> {
    let mut stream = connect(port)?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    let question = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(question.as_bytes()).ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    Some(&head == b"HTTP/1.1 200")
}

fn asked(words: &[String]) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The last lines of a log: an error and what led to it, and not each time that it was tried.
fn end_of(path: &Path) -> String {
    let text = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    format!("{}:\n{}", path.display(), lines[lines.len().saturating_sub(5)..].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_number_and_when_it_began() {
        let own = rustix::process::getpid();
        let began: u64 = began_at(own).unwrap().parse().unwrap();
        let uptime = fs::read_to_string("/proc/uptime").unwrap();
        let seconds: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
        // Ticks are hundredths of a second on every Linux that this runs on.
        assert!(began > 0 && (began as f64) / 100.0 <= seconds);
        assert_eq!(began_at(Pid::from_raw(i32::MAX).unwrap()), None);
    }

    /// Each question takes 0.2 s, four times as long as what is slept between two: after 0.5 s there were three.
    #[test]
    fn how_long_it_takes_to_ask_counts_for_patience() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["log", "run"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let asked = directory.path().join("asked");
        let ask = format!("echo >> '{}'; sleep 0.2; false", asked.display());
        let part = Part {
            name: "sleeper".to_owned(),
            service: None,
            port: 0,
            words: words(&["sleep", "60"]),
            ready: Ready::Asked(words(&["sh", "-c", &ask])),
            ends: Ends::Terminated,
            directory: directory.path().to_owned(),
        };
        part.start().unwrap();
        let said = part.until_ready(Duration::from_millis(500)).unwrap_err().to_string();
        part.kill();
        assert!(said.starts_with("sleeper: it is not ready in time"), "{said}");
        let times = fs::read_to_string(&asked).unwrap().lines().count();
        assert!((1..=3).contains(&times), "{times}");
    }
}
