//! What stands between a client and the server: a connection that can be lost, or fall silent.

use std::path::PathBuf;

use tokio::io::copy_bidirectional;
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
    loop {
        let line = *lines.borrow_and_update();
        match line {
            Line::Cut => return,
            Line::Silent => lines.changed().await.unwrap_or_default(),
            Line::Open => tokio::select! {
                _ = copy_bidirectional(&mut client, &mut server) => return,
                _ = lines.changed() => {}
            },
        }
    }
}
