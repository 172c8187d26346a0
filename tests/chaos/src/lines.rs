//! The lines between the services and the brokers.

use std::collections::BTreeMap;

use stack::Layout;
use test_proxy::{Line, Proxy, Server};
use tokio::runtime::Runtime;

use crate::Failed;

/// The lines between the services and the brokers: each broker tells its clients to come by one.
#[derive(Debug)]
pub struct Lines {
    proxies: BTreeMap<u16, Proxy>,
    // They end with it.
    _runtime: Runtime,
}

impl Lines {
    /// Open lines to all brokers of a stack.
    ///
    /// # Errors
    /// There is no runtime.
    pub fn to(layout: &Layout) -> Result<Self, Failed> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let line = |number| {
            let (own, advertised) = (layout.broker_port(number), layout.advertised_port(number));
            (number, runtime.block_on(Proxy::start(advertised, Server::Port(own))))
        };
        let proxies = layout.brokers.numbers().map(line).collect();
        Ok(Self { proxies, _runtime: runtime })
    }

    /// From now on this happens on the line to a broker.
    pub fn set(&self, broker: u16, line: Line) {
        if let Some(proxy) = self.proxies.get(&broker) {
            proxy.set(line);
        }
    }
}
