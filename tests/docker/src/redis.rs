//! Redis in a container.

use testcontainers::core::WaitFor;
use testcontainers::{GenericImage, ImageExt as _};
use tokio::sync::OnceCell;

use crate::server::Server;

/// A server.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    _server: Server,
}

impl Redis {
    /// The server of this process, started by the first call.
    ///
    /// # Panics
    /// If it cannot be started.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Redis> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// Where clients find it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    async fn start() -> Self {
        let image = GenericImage::new("redis", "7.4")
            .with_exposed_port(6379.into())
            .with_wait_for(WaitFor::message_on_stdout("Ready to accept connections"))
            .with_cmd(["redis-server", "--save", ""]);
        let server = Server::start(image).await;
        Self { port: server.port(6379).await, _server: server }
    }
}
