//! A container that ends with this process, whichever way that does.

use std::process::Child;

use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage};

/// A container.
#[derive(Debug)]
pub(crate) struct Server {
    container: ContainerAsync<GenericImage>,
    // What is shared by all tests of a process is never dropped. Its standard input is closed when the process ends; it then removes
    // the container.
    _janitor: Child,
}

impl Server {
    pub(crate) async fn start(wanted: ContainerRequest<GenericImage>) -> Self {
        let container = wanted.start().await.expect("a Docker engine that starts containers");
        let script = "read -r _; docker rm --force --volumes \"$1\"";
        let janitor = test_janitor::janitor(script).arg(container.id()).spawn().expect("sh starts");
        Self { container, _janitor: janitor }
    }

    /// The port of this machine that leads to a port of the container.
    pub(crate) async fn port(&self, inside: u16) -> u16 {
        self.container.get_host_port_ipv4(inside).await.expect("a port that is published")
    }
}
