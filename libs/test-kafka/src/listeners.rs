//! Where clients find a broker: directly, or by a proxy each.

use std::path::Path;
use std::sync::Mutex;

use test_proxy::{Proxy, Server};

use crate::ports;

/// How many proxies there may be in all.
const LINES: usize = 64;

/// The listeners of a broker on this machine's loopback.
#[derive(Debug)]
pub struct Listeners {
    port: u16,
    controller: u16,
    /// A listener of the broker, and the port that it advertises, for each proxy that may be asked for.
    lines: Vec<(u16, u16)>,
    given: Mutex<usize>,
}

impl Listeners {
    /// On ports that are free when this returns.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn free() -> Self {
        let free = ports::free(2 + 2 * LINES);
        let lines = free[2..].chunks(2).map(|pair| (pair[0], pair[1])).collect();
        Self { port: free[0], controller: free[1], lines, given: Mutex::default() }
    }

    /// Where clients find the broker.
    #[must_use]
    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A proxy of its own: the broker advertises its port on a listener of its own, so that a client by it stays with it.
    ///
    /// # Panics
    /// If all are given away.
    pub async fn line(&self) -> Proxy {
        let number = {
            let mut given = self.given.lock().expect("no panic while it was held");
            *given += 1;
            *given - 1
        };
        let (broker, advertised) = self.lines.get(number).expect("a line that nobody has");
        Proxy::start(*advertised, Server::Port(*broker)).await
    }

    /// The settings of a broker with these listeners, whose data are in this directory.
    #[must_use]
    pub fn properties(&self, data: &Path) -> String {
        let (port, controller) = (self.port, self.controller);
        let mut listeners =
            vec![format!("DIRECT://127.0.0.1:{port}"), format!("CONTROLLER://127.0.0.1:{controller}")];
        let mut advertised = listeners.clone();
        let mut protocols = vec!["DIRECT:PLAINTEXT".to_owned(), "CONTROLLER:PLAINTEXT".to_owned()];
        for (number, (broker, advertises)) in self.lines.iter().enumerate() {
            listeners.push(format!("LINE{number}://127.0.0.1:{broker}"));
            advertised.push(format!("LINE{number}://127.0.0.1:{advertises}"));
            protocols.push(format!("LINE{number}:PLAINTEXT"));
        }
        include_str!("server.properties")
            .replace("{controller}", &controller.to_string())
            .replace("{listeners}", &listeners.join(","))
            .replace("{advertised}", &advertised.join(","))
            .replace("{protocols}", &protocols.join(","))
            .replace("{data}", &data.display().to_string())
    }
}
