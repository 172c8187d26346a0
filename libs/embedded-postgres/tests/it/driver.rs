//! A process that runs the private Postgres, for tests to kill: this test program itself, started again.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use embedded_postgres::testing::TestPostgres;
use embedded_postgres::{Durability, Options, Postgres};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

/// The usual options, without flushing to the disk: these tests kill processes, and no machine.
pub(crate) fn options(directory: &Path) -> Options {
    Options { durability: Durability::Off, ..Options::new(directory) }
}

/// What the other process does: it says how it is, one line at a time, until it is told to stop by Ctrl-C.
#[tokio::test]
#[ignore = "other tests run it, as a process of their own"]
async fn driver() {
    if std::env::var_os("DRIVER_TESTING").is_some() {
        println!("\ntesting {}", TestPostgres::shared().await.directory().display());
        std::future::pending::<()>().await;
    }
    let directory = std::path::PathBuf::from(std::env::var_os("DRIVER_DIRECTORY").unwrap());
    let running = match Postgres::start(options(&directory)).await {
        Ok(running) => running,
        Err(error) => return println!("\nerror {} {error}", error.code()),
    };
    let mut ctrl_c = signal(SignalKind::interrupt()).unwrap();
    let mut status = running.status();
    println!("\nready {}", running.url().as_str());
    loop {
        tokio::select! {
            changed = status.changed() => changed.unwrap(),
            _ = ctrl_c.recv() => break,
        }
        println!("status {:?}", *status.borrow_and_update());
    }
    running.stop().await;
    println!("stopped");
}

/// How the other process is started.
pub(crate) struct Start {
    words: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
}

impl Start {
    /// On a data directory.
    pub(crate) fn on(directory: &Path) -> Self {
        Self { words: Vec::new(), variables: vec![("DRIVER_DIRECTORY", directory.into())] }
    }

    /// By another program, which executes its arguments in the end.
    pub(crate) fn by(mut self, words: &[&str]) -> Self {
        self.words.extend(words.iter().map(OsString::from));
        self
    }

    /// As a user that may not reach this test program: a copy is put into the directory.
    pub(crate) fn with_user(self, user: u32, copy_to: &Path) -> Self {
        let copy = copy_to.join("driver");
        // By another program: this one's children could inherit the open file, which then cannot be executed.
        let mut cp = std::process::Command::new("cp");
        assert!(cp.arg(std::env::current_exe().unwrap()).arg(&copy).status().unwrap().success());
        let (user, group) = (format!("--reuid={user}"), format!("--regid={user}"));
        self.by(&["setpriv", &user, &group, "--clear-groups", copy.to_str().unwrap()])
    }

    pub(crate) fn variable(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    pub(crate) fn start(mut self) -> Driver {
        if self.words.last().is_none_or(|word| !word.as_encoded_bytes().ends_with(b"/driver")) {
            self.words.push(std::env::current_exe().unwrap().into());
        }
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        command.args(["--exact", "driver::driver", "--ignored", "--nocapture", "--test-threads=1"]);
        command.env_remove("DATABASE_URL").envs(self.variables).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Driver { child, lines }
    }
}

/// The other process, seen from here. It is killed when this is dropped.
pub(crate) struct Driver {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Driver {
    /// Starts it on a data directory.
    pub(crate) fn start(directory: &Path) -> Self {
        Start::on(directory).start()
    }

    /// The rest of the next line that begins with this word.
    pub(crate) async fn line(&mut self, word: &str) -> String {
        let next = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                if let Some(rest) =
                    line.strip_prefix(word).filter(|rest| rest.is_empty() || rest.starts_with(' '))
                {
                    return rest.trim().to_owned();
                }
                assert!(!line.starts_with("error "), "{line}");
            }
            panic!("the driver ended before it said {word:?}")
        };
        timeout(Duration::from_secs(60), next).await.expect(word)
    }

    /// The URL of its database, once it is ready.
    pub(crate) async fn ready(&mut self) -> String {
        self.line("ready").await
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Kills it with -9 and waits for its end only, not for Postgres'.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// What a terminal does on Ctrl-C: the signal goes to the whole process group. Returns when it has ended well.
    pub(crate) async fn interrupt(mut self) {
        rustix::process::kill_process_group(as_pid(self.pid()), Signal::INT).unwrap();
        self.line("stopped").await;
        assert!(self.child.wait().await.unwrap().success());
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

pub(crate) fn as_pid(pid: u32) -> Pid {
    Pid::from_raw(pid.try_into().unwrap()).unwrap()
}

pub(crate) fn kill(pid: u32, signal: Signal) {
    kill_process(as_pid(pid), signal).unwrap();
}
