//! Kafka in a container.

use std::path::Path;
use std::time::Duration;

use test_kafka::Listeners;
use test_proxy::Proxy;
use testcontainers::core::WaitFor;
use testcontainers::{GenericImage, ImageExt as _};
use tokio::sync::OnceCell;

use crate::server::Server;

const PATIENCE: Duration = Duration::from_secs(180);
const SETTINGS: &str = "/tmp/server.properties";
const START: &str = "/opt/kafka/bin/kafka-storage.sh format --standalone --cluster-id cGxpbXNvbGwtY29udGFpbg \
                     --config /tmp/server.properties && exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties";

/// A broker.
#[derive(Debug)]
pub struct Kafka {
    listeners: Listeners,
    _server: Server,
}

impl Kafka {
    /// The broker of this process, started by the first call. It is on the machine's own network, since it has a listener for each client
    /// that is cut off, on ports that its clients know before it starts: that wants an engine on Linux.
    ///
    /// # Panics
    /// If it cannot be started.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Kafka> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// A proxy of its own, by which a client reaches the broker and nothing else.
    ///
    /// # Panics
    /// If all are given away.
    pub async fn line(&self) -> Proxy {
        self.listeners.line().await
    }

    async fn start() -> Self {
        let listeners = Listeners::free();
        let properties = listeners.properties(Path::new("/tmp/data"));
        let image = GenericImage::new("apache/kafka", "4.3.1")
            .with_wait_for(WaitFor::message_on_stdout("Kafka Server started"))
            .with_cmd(["sh", "-c", START])
            .with_copy_to(SETTINGS, properties.into_bytes())
            .with_network("host")
            .with_startup_timeout(PATIENCE);
        Self { listeners, _server: Server::start(image).await }
    }
}
