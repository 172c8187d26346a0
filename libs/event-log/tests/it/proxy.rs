//! What stands between a client and the server: a connection that can be lost, or fall silent.

use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// What happens to the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// They pass.
    Open,
    /// Connections are closed, and so is every new one.
    Cut,
    /// Connections stay, and nothing passes.
    Silent,
    /// What the client asks passes, what the server answers does not.
    Unanswered,
}

impl Line {
    fn carries(self, way: Way) -> bool {
        self == Self::Open || (self == Self::Unanswered && way == Way::Question)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Question,
    Answer,
}

/// A proxy on a port of this machine. It ends with the runtime.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    line: watch::Sender<Line>,
}

impl Proxy {
    pub(crate) async fn start(socket: PathBuf) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = watch::Sender::new(Line::Open);
        let lines = line.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, socket.clone(), lines.clone()));
            }
        });
        Self { port, line }
    }

    pub(crate) fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn carry(mut client: TcpStream, socket: PathBuf, mut lines: watch::Receiver<Line>) {
    if *lines.borrow() == Line::Cut {
        return;
    }
    let Ok(mut server) = UnixStream::connect(socket).await else { return };
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    tokio::select! {
        _ = pump(from_client, to_server, Way::Question, lines.clone()) => {}
        _ = pump(from_server, to_client, Way::Answer, lines.clone()) => {}
        _ = lines.wait_for(|line| *line == Line::Cut) => {}
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    way: Way,
    mut lines: watch::Receiver<Line>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 || lines.wait_for(|line| line.carries(way)).await.is_err() {
            return Ok(());
        }
        to.write_all(&buffer[..length]).await?;
    }
}
