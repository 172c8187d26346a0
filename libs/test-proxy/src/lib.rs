//! What stands between a client and a server under test: a connection that can be lost, or fall silent.

#![allow(clippy::expect_used, reason = "a panic in a test is the report")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// What happens to the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// They pass.
    Open,
    /// They pass, each packet 50 ms late.
    Slow,
    /// Connections are closed, and so is every new one.
    Cut,
    /// Connections stay, and nothing passes.
    Silent,
    /// What the client asks passes, what the server answers does not.
    Unanswered,
}

const LATE: Duration = Duration::from_millis(50);

impl Line {
    fn carries(self, way: Way) -> bool {
        matches!(self, Self::Open | Self::Slow) || (self == Self::Unanswered && way == Way::Question)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Question,
    Answer,
}

/// Where a server is.
#[derive(Debug, Clone)]
pub enum Server {
    /// On a port of this machine.
    Port(u16),
    /// At a Unix socket.
    Socket(PathBuf),
}

/// A proxy on a port of this machine. It ends with the runtime.
#[derive(Debug, Clone)]
pub struct Proxy {
    port: u16,
    line: Arc<watch::Sender<Line>>,
}

impl Proxy {
    /// A proxy to a server, on this port; on one that is free for 0.
    ///
    /// # Panics
    /// If the port is taken.
    pub async fn start(port: u16, server: Server) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
        let port = listener.local_addr().expect("its address").port();
        let line = Arc::new(watch::Sender::new(Line::Open));
        let lines = line.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, server.clone(), lines.clone()));
            }
        });
        Self { port, line }
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on this happens to the bytes.
    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn connect(mut client: TcpStream, server: Server, lines: watch::Receiver<Line>) {
    if *lines.borrow() == Line::Cut {
        return;
    }
    let (from_client, to_client) = client.split();
    match server {
        Server::Port(port) => {
            let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
            let (from_server, to_server) = server.split();
            carry((from_client, to_server), (from_server, to_client), lines).await;
        }
        Server::Socket(path) => {
            let Ok(mut server) = UnixStream::connect(path).await else { return };
            let (from_server, to_server) = server.split();
            carry((from_client, to_server), (from_server, to_client), lines).await;
        }
    }
}

async fn carry<A, B, C, D>(questions: (A, B), answers: (C, D), mut lines: watch::Receiver<Line>)
where
    A: AsyncRead + Unpin,
    B: AsyncWrite + Unpin,
    C: AsyncRead + Unpin,
    D: AsyncWrite + Unpin,
{
    tokio::select! {
        _ = pump(questions, Way::Question, lines.clone()) => {}
        _ = pump(answers, Way::Answer, lines.clone()) => {}
        _ = lines.wait_for(|line| *line == Line::Cut) => {}
    }
}

async fn pump(
    (mut from, mut to): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    way: Way,
    mut lines: watch::Receiver<Line>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 || lines.wait_for(|line| line.carries(way)).await.is_err() {
            return Ok(());
        }
        if *lines.borrow() == Line::Slow {
            tokio::time::sleep(LATE).await;
        }
        to.write_all(&buffer[..length]).await?;
    }
}
