//! The schema registry of a test.

use std::process::Child;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::broker::fetched;
use crate::ports;

/// It takes 15 seconds to start, and more on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(240);

/// A registry for one test: Apicurio, which keeps what it has in memory.
#[derive(Debug)]
pub struct TestRegistry {
    port: u16,
    // Its standard input is closed when this is dropped or the process ends; it then ends the registry.
    _janitor: Child,
}

/// Where it speaks Confluent's API.
const PATH: &str = "/apis/ccompat/v7";

impl TestRegistry {
    /// Starts one, with nothing in it.
    ///
    /// # Panics
    /// If it cannot be started.
    pub async fn start() -> Self {
        let folder = fetched("apicurio");
        let port = ports::free(1)[0];
        let janitor = test_janitor::janitor(SCRIPT).arg(folder).arg(port.to_string()).spawn();
        let registry = Self { port, _janitor: janitor.expect("sh starts") };
        let mut waited = Duration::ZERO;
        while !registry.answers().await {
            assert!(waited < PATIENCE, "the registry does not start");
            sleep(TICK).await;
            waited += TICK;
        }
        registry
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its URL, by this port: its own, or that of a proxy.
    #[must_use]
    pub fn url(port: u16) -> String {
        format!("http://127.0.0.1:{port}{PATH}")
    }

    async fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)).await else { return false };
        let question = format!("GET {PATH}/subjects HTTP/1.0\r\nHost: localhost\r\n\r\n");
        let mut answer = [0; 12];
        stream.write_all(question.as_bytes()).await.is_ok()
            && stream.read_exact(&mut answer).await.is_ok()
            && answer.ends_with(b" 200")
    }
}

const TICK: Duration = Duration::from_millis(200);

/// Starts the registry, and ends it when this process ends, whichever way.
const SCRIPT: &str = r#"
    cd "$1" || exit 1
    java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port="$2" \
        -jar apicurio-registry-app-*-runner.jar &
    pid=$!
    read -r _
    kill -9 "$pid"
"#;
