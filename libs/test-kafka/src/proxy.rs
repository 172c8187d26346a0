//! What stands between a client and the broker: a connection that can be lost, or fall silent.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Open,
    /// Connections are closed, and so is every new one.
    Cut,
    /// Connections stay, and nothing passes.
    Silent,
}

/// A proxy on a port that the broker advertises on a listener of its own, so that a client by this proxy stays with it. It
/// ends with the runtime.
#[derive(Debug, Clone)]
pub struct Proxy {
    port: u16,
    line: Arc<watch::Sender<Line>>,
}

impl Proxy {
    pub(crate) async fn start(port: u16, broker: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
        let line = Arc::new(watch::Sender::new(Line::Open));
        let lines = line.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, broker, lines.clone()));
            }
        });
        Self { port, line }
    }

    /// Where a client by this proxy finds the broker.
    #[must_use]
    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Closes the connections, and every new one.
    pub fn cut(&self) {
        self.line.send_replace(Line::Cut);
    }

    /// Lets nothing pass, and closes nothing.
    pub fn silence(&self) {
        self.line.send_replace(Line::Silent);
    }

    /// Lets everything pass again.
    pub fn mend(&self) {
        self.line.send_replace(Line::Open);
    }
}

async fn carry(mut client: TcpStream, broker: u16, mut lines: watch::Receiver<Line>) {
    if *lines.borrow() == Line::Cut {
        return;
    }
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", broker)).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    tokio::select! {
        _ = pump(from_client, to_server, lines.clone()) => {}
        _ = pump(from_server, to_client, lines.clone()) => {}
        _ = lines.wait_for(|line| *line == Line::Cut) => {}
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut lines: watch::Receiver<Line>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 || lines.wait_for(|line| *line == Line::Open).await.is_err() {
            return Ok(());
        }
        to.write_all(&buffer[..length]).await?;
    }
}
