//! The line between a client and its server, as the suite of logs cuts and mends it.

use async_trait::async_trait;
use event_log::conformance::Link;
use test_proxy::{Line, Proxy};

pub(crate) struct ByProxy(pub(crate) Proxy);

#[async_trait]
impl Link for ByProxy {
    async fn cut(&self) {
        self.0.set(Line::Cut);
    }

    async fn mend(&self) {
        self.0.set(Line::Open);
    }
}
