//! A real Redis for tests: a server of its own for each that asks, on a port of this machine, which can be wiped, stopped and held.
//!
//! Where there is no `redis-server`, tests that ask for one say so in a line and end; with `REQUIRE_REDIS=1` that is a
//! failure, which `.ci/run` sets where there is one. `make test` says what was skipped.

#![allow(clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::sleep;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
const TICK: Duration = Duration::from_millis(10);

/// A server for one test.
#[derive(Debug)]
pub struct TestRedis {
    program: PathBuf,
    port: u16,
    directory: TempDir,
    /// The shell that ends the server when its standard input is closed, whichever way this process ends; and the server.
    running: Option<(Child, u32)>,
}

impl TestRedis {
    /// A server that answers; none where there is no `redis-server`.
    ///
    /// # Panics
    /// If it cannot be started, or is not there and `REQUIRE_REDIS=1` says that it has to be.
    pub async fn start() -> Option<Self> {
        let Some(program) = program() else {
            let why = "redis-server is missing (Debian: apt-get install redis-server)";
            assert!(std::env::var("REQUIRE_REDIS").as_deref() != Ok("1"), "{why}");
            eprintln!("skipped: {why}");
            return None;
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let directory = tempfile::Builder::new().prefix("plimsoll-redis-").tempdir().expect("a directory");
        let mut server = Self { program, port, directory, running: None };
        server.begin().await;
        Some(server)
    }

    /// Where clients find it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it again, where it was, with nothing in it.
    ///
    /// # Panics
    /// If it cannot be started.
    pub async fn begin(&mut self) {
        const SCRIPT: &str = r#"
            mkdir -p -m 700 "$3"
            "$1" --port "$2" --bind 127.0.0.1 --save '' --appendonly no --dir "$3" > "$3/log" 2>&1 &
            echo $!
            read -r _
            kill -9 $!
            rm -rf "$3"
        "#;
        let mut command = test_janitor::janitor(SCRIPT);
        command.arg(&self.program).arg(self.port.to_string()).arg(self.directory.path());
        let mut janitor = command.stdout(Stdio::piped()).spawn().expect("sh starts");
        let mut line = String::new();
        let said = janitor.stdout.as_mut().expect("its output");
        BufReader::new(said).read_line(&mut line).expect("it says which process the server is");
        self.running = Some((janitor, line.trim().parse().expect("a process")));
        eventually("redis-server answers", async || self.answer("PING").filter(|answer| answer == "+PONG"))
            .await;
    }

    /// Ends it at once, as a machine that is switched off.
    ///
    /// # Panics
    /// If it does not run.
    pub fn stop(&mut self) {
        let (mut janitor, server) = self.running.take().expect("it runs");
        send("KILL", server);
        drop(janitor.stdin.take());
        janitor.wait().expect("it ends");
    }

    /// Holds it: it takes connections and questions, and answers nothing.
    pub fn hold(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn release(&self) {
        self.signal("CONT");
    }

    /// Tells it something, in one line.
    ///
    /// # Panics
    /// If it does not do it.
    pub fn say(&self, command: &str) {
        let answer = self.answer(command).unwrap_or_default();
        assert!(answer.starts_with(['+', ':']), "{command}: {answer}");
    }

    /// The number that it answers.
    ///
    /// # Panics
    /// If it answers none.
    #[must_use]
    pub fn number(&self, command: &str) -> i64 {
        let answer = self.answer(command).unwrap_or_default();
        answer
            .strip_prefix(':')
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| panic!("{command}: {answer}"))
    }

    /// The names of all that it keeps.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let Some(mut stream) = self.connect() else { return Vec::new() };
        let mut lines = ask(&mut stream, "KEYS *");
        let count = lines.next().and_then(|line| line.strip_prefix('*')?.parse::<usize>().ok()).unwrap_or(0);
        // A length and a text each.
        lines.take(2 * count).filter(|line| !line.starts_with('$')).collect()
    }

    fn answer(&self, command: &str) -> Option<String> {
        ask(&mut self.connect()?, command).next()
    }

    fn connect(&self) -> Option<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        Some(stream)
    }

    fn signal(&self, signal: &str) {
        let (_, server) = self.running.as_ref().expect("it runs");
        send(signal, *server);
    }
}

impl Drop for TestRedis {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.stop();
        }
    }
}

/// Tries until there is an answer. How long it takes is no verdict; that it never comes is.
///
/// # Panics
/// If it never comes.
pub async fn eventually<T>(what: &str, attempt: impl AsyncFn() -> Option<T>) -> T {
    let mut waited = Duration::ZERO;
    while waited < PATIENCE {
        if let Some(answer) = attempt().await {
            return answer;
        }
        sleep(TICK).await;
        waited += TICK;
    }
    panic!("it never came: {what}")
}

/// Commands in one line are part of Redis' protocol.
fn ask(stream: &mut TcpStream, command: &str) -> impl Iterator<Item = String> {
    let asked = stream.write_all(format!("{command}\r\n").as_bytes()).is_ok();
    let lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
    lines.take_while(move |line| asked && line.is_ok()).filter_map(Result::ok)
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join("redis-server"))
        .find(|program| program.is_file())
}

fn send(signal: &str, pid: u32) {
    let sent = Command::new("kill").args(["-s", signal, &pid.to_string()]).status();
    sent.expect("kill runs");
}
