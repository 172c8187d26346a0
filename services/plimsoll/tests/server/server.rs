//! `plimsoll up` as a process of its own.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use crate::client::{Client, eventually};

/// Services on a database that others work on too.
struct Part {
    only: &'static str,
    database: String,
}

/// A data directory, and the server on it while one runs.
pub(crate) struct Server {
    pub(crate) data: PathBuf,
    ports: [u16; 2],
    settings: Vec<String>,
    /// What it logs; the usual, where nobody says.
    pub(crate) log: Option<&'static str>,
    part: Option<Part>,
    child: Option<Child>,
}

impl Server {
    /// A server that was started, and is ready.
    pub(crate) fn start(directory: &Path, settings: &[&str]) -> Self {
        let mut server = Self::new(directory, settings);
        server.spawn();
        server.ready();
        server
    }

    pub(crate) fn new(directory: &Path, settings: &[&str]) -> Self {
        let usual = ["git.allow_local=true", "gitops.poll_seconds=1"];
        Self {
            data: directory.join("data"),
            ports: [(); 2].map(|()| free_port()),
            settings: usual.iter().chain(settings).map(|setting| (*setting).to_owned()).collect(),
            log: None,
            part: None,
            child: None,
        }
    }

    /// Some of the services, in a directory of their own, on a database that others work on too.
    pub(crate) fn part(directory: &Path, only: &'static str, database: &str, settings: &[&str]) -> Self {
        let part = Part { only, database: database.to_owned() };
        let mut server = Self::new(&directory.join(only.replace(',', "-")), settings);
        server.part = Some(part);
        server
    }

    /// The database of a server that is a part of an installation.
    #[cfg(feature = "kafka")]
    pub(crate) fn database(&self) -> &str {
        &self.part.as_ref().unwrap().database
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }

    pub(crate) fn port(&self) -> u16 {
        self.ports[0]
    }

    pub(crate) fn grpc(&self) -> String {
        format!("127.0.0.1:{}", self.ports[1])
    }

    pub(crate) fn command(&self, settings: &[&str]) -> Command {
        let mut command = plimsoll();
        command.arg("up").arg("--data").arg(&self.data);
        command.args(["--listen", &format!("127.0.0.1:{}", self.ports[0])]);
        command.args(["--grpc-listen", &format!("127.0.0.1:{}", self.ports[1])]);
        command.envs(self.log.map(|level| ("PLIMSOLL_LOG", level)));
        if let Some(Part { only, database }) = &self.part {
            command.args(["--only", only]).env("DATABASE_URL", database);
        }
        for setting in self.settings.iter().map(String::as_str).chain(settings.iter().copied()) {
            command.args(["--set", setting]);
        }
        command
    }

    pub(crate) fn spawn(&mut self) {
        self.spawn_with(&[]);
    }

    /// With settings that hold for this start.
    pub(crate) fn spawn_with(&mut self, settings: &[&str]) {
        fs::create_dir_all(&self.data).unwrap();
        let output = File::create(self.data.with_extension("out")).unwrap();
        let errors = File::options().create(true).append(true).open(self.data.with_extension("err"));
        let mut command = self.command(settings);
        self.child = Some(command.stdout(output).stderr(errors.unwrap()).spawn().unwrap());
    }

    pub(crate) fn said(&self) -> String {
        let read = |kind| fs::read_to_string(self.data.with_extension(kind)).unwrap_or_default();
        let errors = read("err");
        let start = errors.char_indices().rev().nth(4000).map_or(0, |(at, _)| at);
        format!("{}\n{}", read("out"), &errors[start..])
    }

    /// Waits until it says that it is.
    pub(crate) fn ready(&mut self) {
        eventually("plimsoll is ready", || {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "plimsoll up ended with {ended:?}: {}", self.said());
            fs::read_to_string(self.data.with_extension("out"))
                .unwrap()
                .contains("plimsoll is ready")
                .then_some(())
        });
    }

    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub(crate) fn signal(&self, signal: &str) {
        send(signal, self.child.as_ref().unwrap().id());
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn stop(&mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        self.child.take().unwrap().wait().unwrap()
    }

    /// Postgres' own process, by the file that Postgres writes.
    pub(crate) fn postgres(&self) -> Option<u32> {
        let file = fs::read_to_string(self.data.join("postgres/postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok()
    }

    pub(crate) fn client(&self, token: Option<&str>) -> Client {
        Client::new(format!("http://127.0.0.1:{}", self.port()), token)
    }

    pub(crate) fn admin(&self) -> Client {
        self.admin_by("admin.token")
    }

    pub(crate) fn admin_by(&self, file: &str) -> Client {
        let token = fs::read_to_string(self.data.join("keys").join(file)).unwrap();
        self.client(Some(token.trim()))
    }
}

/// The program of a service, beside this one: who tests the whole workspace has built it.
pub(crate) fn program(package: &str) -> Command {
    let name = format!("plimsoll-{package}");
    let path = Path::new(env!("CARGO_BIN_EXE_plimsoll")).with_file_name(&name);
    assert!(path.exists(), "{name} is not built: test the whole workspace, or add `-p {package}`");
    alone(Command::new(path))
}

/// A free port below those that outgoing connections get: one of them would take it while the server is down.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 199).unwrap() * 100;
    let mut ports = (0..2000).map(|_| 10_000 + (start + NEXT.fetch_add(1, Ordering::SeqCst)) % 20_000);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // Postgres stops with it, which is more than a kill would see to.
        send("TERM", child.id());
        let _ = child.wait();
        if std::thread::panicking() {
            eprintln!("{}", self.said());
        }
    }
}

pub(crate) fn send(signal: &str, pid: u32) {
    let sent = Command::new("kill").args(["-s", signal, &pid.to_string()]).stderr(Stdio::null()).status();
    sent.unwrap();
}

/// The command, with nothing of this machine's settings.
pub(crate) fn plimsoll() -> Command {
    let mut command = alone(Command::new(env!("CARGO_BIN_EXE_plimsoll")));
    command.env("NO_COLOR", "1");
    command
}

/// What this machine says besides where Postgres' programs are is of an installation that somebody uses.
fn alone(mut command: Command) -> Command {
    for name in std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()) {
        if name.starts_with("PLIMSOLL_") && name != "PLIMSOLL_PG_BIN" {
            command.env_remove(name);
        }
    }
    command.env_remove("DATABASE_URL").stdin(Stdio::null());
    command
}

pub(crate) fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).join("\n")
}
