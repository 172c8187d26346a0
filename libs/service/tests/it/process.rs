//! A service's own program, from its start to its end: `programs/noting.rs`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use embedded_postgres::testing::{TestDatabase, TestPostgres};
use event_log::{EventLog, PostgresLog};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::bench::{record, topic};

/// The program, and a directory for its files.
pub(crate) struct Program {
    directory: TempDir,
    url: String,
    /// Further settings, as the environment has them.
    settings: Vec<(String, String)>,
    _database: Option<TestDatabase>,
}

/// It is ended when the test is.
pub(crate) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    pub(crate) async fn ended(mut self) -> Option<i32> {
        for _ in 0..600 {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the program does not end");
    }
}

impl Program {
    pub(crate) async fn new() -> Self {
        let database = TestPostgres::shared().await.database().await;
        Self {
            url: database.url().as_str().to_owned(),
            _database: Some(database),
            ..Self::without_database()
        }
    }

    fn without_database() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Port 1 is nobody's.
        let url = "postgres://plimsoll:hunter2@127.0.0.1:1/plimsoll".to_owned();
        Self { directory, url, settings: Vec::new(), _database: None }
    }

    #[cfg(feature = "kafka")]
    pub(crate) fn with(mut self, settings: impl IntoIterator<Item = (String, String)>) -> Self {
        self.settings.extend(settings);
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_service-noting"));
        command
            .env("PLIMSOLL_POSTGRES__URL", &self.url)
            .env("PLIMSOLL_POSTGRES__INSTANCE", "noting-0")
            .env("PLIMSOLL_EXPLAIN__FILE", self.path("notes"))
            .env("PLIMSOLL_PROBES__LISTEN", format!("unix:{}", self.path("probes").display()))
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn start(&self) -> Process {
        Process(self.command().stderr(Stdio::null()).spawn().unwrap())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    async fn get(&self, path: &str) -> Option<String> {
        let mut stream = UnixStream::connect(self.path("probes")).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        Some(answer)
    }

    pub(crate) async fn get_until(&self, path: &str, so: impl Fn(&str) -> bool) -> String {
        let mut last = None;
        for _ in 0..600 {
            last = self.get(path).await;
            match &last {
                Some(answer) if so(answer) => return answer.clone(),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        panic!("{path} does not come to it: {last:?}");
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.path("notes")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    async fn log(&self) -> PostgresLog {
        PostgresLog::connect(self.url.parse().unwrap(), event_log::Settings::default()).await.unwrap()
    }
}

fn is_well(answer: &str) -> bool {
    let is_well = answer.starts_with("HTTP/1.1 200");
    // Not before its tasks are known.
    assert!(!is_well || answer.contains(r#""explain/consume":{"status":"ready"}"#), "{answer}");
    is_well
}

pub(crate) async fn noted(program: &Program, count: usize) -> Vec<String> {
    for _ in 0..600 {
        let notes = program.notes();
        if notes.iter().collect::<BTreeSet<_>>().len() >= count {
            return notes;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} of {count} events are noted", program.notes().len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_becomes_ready_handles_events_counts_them_and_stops_when_it_is_told_to() {
    let program = Program::new().await;
    let process = program.start();
    program.get_until("/statusz", is_well).await;
    assert!(program.get("/readyz").await.unwrap().starts_with("HTTP/1.1 200"));
    let log = program.log().await;
    log.append(&topic(), &[record("a", 1), record("a", 2)]).await.unwrap();
    assert_eq!(noted(&program, 2).await, ["a 1", "a 2"]);
    let counted = r#"messaging_client_consumed_messages_total{messaging_consumer_group_name="explain",messaging_destination_name="plimsoll.catalog.v1"} 2"#;
    program.get_until("/metrics", |answer| answer.contains(counted)).await;
    process.signal(Signal::TERM);
    assert_eq!(process.ended().await, Some(0));
    assert!(!program.path("probes").exists());
    // What it did is committed: it is not done again.
    let process = program.start();
    program.get_until("/statusz", is_well).await;
    log.append(&topic(), &[record("a", 3)]).await.unwrap();
    assert_eq!(noted(&program, 3).await, ["a 1", "a 2", "a 3"]);
    process.signal(Signal::INT);
    assert_eq!(process.ended().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_nothing_and_keeps_the_order() {
    let program = Program::new().await;
    let log = {
        let process = program.start();
        program.get_until("/statusz", is_well).await;
        drop(process);
        program.log().await
    };
    for round in 0..5 {
        let records: Vec<_> = (1..=40).map(|sequence| record("a", round * 40 + sequence)).collect();
        log.append(&topic(), &records).await.unwrap();
        let process = program.start();
        noted(&program, usize::try_from(round).unwrap() * 40 + 5).await;
        process.signal(Signal::KILL);
        assert_eq!(process.ended().await, None, "killed");
    }
    let process = program.start();
    let notes = noted(&program, 200).await;
    // Some come twice. The first time of each is in order.
    let mut seen = BTreeSet::new();
    let firsts: Vec<_> = notes.into_iter().filter(|note| seen.insert(note.clone())).collect();
    let expected: Vec<_> = (1..=200).map(|sequence| format!("a {sequence}")).collect();
    assert_eq!(firsts, expected);
    // All may have been noted before the kill: a program that has just begun does not hear signals yet.
    program.get_until("/statusz", is_well).await;
    process.signal(Signal::TERM);
    assert_eq!(process.ended().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_database_it_waits_is_alive_and_not_ready_and_stops_when_it_is_told_to() {
    let program = Program::without_database();
    let process = program.start();
    let answer = program.get_until("/readyz", |answer| answer.contains("UNAVAILABLE")).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains(r#""explain/postgres""#), "{answer}");
    assert!(!answer.contains("hunter2"), "{answer}");
    assert!(program.get("/statusz").await.unwrap().starts_with("HTTP/1.1 503"));
    assert!(program.get("/healthz").await.unwrap().starts_with("HTTP/1.1 200"));
    process.signal(Signal::TERM);
    assert_eq!(process.ended().await, Some(0));
}

/// It needs no configuration to say it.
#[test]
fn it_says_which_build_it_is() {
    let output = Command::new(env!("CARGO_BIN_EXE_service-noting")).arg("--version").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let kafka = if cfg!(feature = "kafka") { " with Kafka" } else { "" };
    let expected = format!("plimsoll-explain {}{kafka}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn a_wrong_configuration_ends_it_at_once_with_the_reason_and_no_secret() {
    let program = Program::without_database();
    for (arguments, expected) in [
        (
            vec!["--set", "explain.fiel=x"],
            "error[CONFIG_INVALID]: the flag explain.fiel: there is no such setting\n",
        ),
        (
            vec!["--set", "postgres.url=hunter2"],
            "error[CONFIG_INVALID]: postgres.url: it is no URL of a Postgres database\n",
        ),
        (
            vec!["--set", "probes.listen=hunter2"],
            "error[CONFIG_INVALID]: the flag probes.listen: \"hunter2\" is no address: HOST:PORT or unix:PATH is expected\n",
        ),
        (
            vec!["--config", "/nowhere.toml"],
            "error[CONFIG_INVALID]: /nowhere.toml: No such file or directory (os error 2)\n",
        ),
    ] {
        let output = program.run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let lines = String::from_utf8(output.stderr).unwrap();
        assert!(lines.ends_with(expected), "{lines}");
    }
    assert_eq!(program.run(&["--set", "nothing"]).status.code(), Some(2));
}
