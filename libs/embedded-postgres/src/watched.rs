//! A program that ends when this process does, however this process ends.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::identity::{Identity, RunAs};

const SCRIPT: &str = include_str!("watch.sh");
/// How much of what a program says is kept, for the error if it fails.
const KEPT: usize = 8 * 1024;

/// A running program below a shell that watches over it (`watch.sh` says how).
#[derive(Debug)]
pub(crate) struct Watched {
    shell: Child,
    // Closed when this value is dropped or this process dies: the shell then ends the program.
    orders: ChildStdin,
    pid: u32,
    said: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Watched {
    /// Starts a program.
    pub(crate) async fn spawn(
        identity: &Identity,
        program: &Path,
        arguments: &[&std::ffi::OsStr],
    ) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SCRIPT, "plimsoll-postgres"])
            .args(identity.run_as.prefix())
            .arg(program)
            .args(arguments);
        surroundings(&mut command);
        if let RunAs::Switched { uid, gid } = identity.run_as {
            command.uid(uid).gid(gid);
        }
        let mut shell = command.spawn()?;
        let (Some(orders), Some(out), Some(err)) =
            (shell.stdin.take(), shell.stdout.take(), shell.stderr.take())
        else {
            return Err(io::Error::other("the shell has no standard streams"));
        };
        let said = Arc::default();
        let reader = tokio::spawn(keep_tail(err, Arc::clone(&said)));
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).await?;
        let pid = line.trim().parse().map_err(|_| io::Error::other("the shell did not start the program"))?;
        Ok(Self { shell, orders, pid, said, reader })
    }

    /// The program's process id.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends the program a signal, by its name without `SIG`.
    pub(crate) async fn signal(&mut self, name: &str) {
        // A shell that is gone cannot be written to, and then there is nothing left to signal.
        let _ = self.orders.write_all(format!("{name}\n").as_bytes()).await;
    }

    /// Waits until the program has ended.
    pub(crate) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.shell.wait().await
    }

    /// The end of what the program has written, once it has ended.
    pub(crate) async fn last_words(self) -> String {
        // What a grandchild keeps open must not keep us waiting.
        let _ = timeout(Duration::from_millis(500), self.reader).await;
        let said = self.said.lock().map(|said| said.clone()).unwrap_or_default();
        String::from_utf8_lossy(&said).trim().to_owned()
    }
}

/// Nothing of this process' environment reaches the program: it may hold secrets, and variables such as `PGDATA` would
/// change what Postgres does.
fn surroundings(command: &mut Command) {
    command.env_clear().env("LC_ALL", "C");
    for name in ["PATH", "LD_LIBRARY_PATH"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // A directory that the program's user can be in. Its own process group, so that Ctrl-C in a terminal does not stop
    // the database under services that are still at work.
    command.current_dir("/").process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
}

async fn keep_tail(mut from: impl AsyncRead + Unpin, said: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if let Ok(mut said) = said.lock() {
            said.extend_from_slice(&buffer[..count]);
            let surplus = said.len().saturating_sub(KEPT);
            said.drain(..surplus);
        }
    }
}
