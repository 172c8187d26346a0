//! The broker of a test process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use test_proxy::Proxy;
use tokio::sync::OnceCell;
use tokio::time::sleep;

use crate::listeners::Listeners;
use crate::raw::{self, RawRecord};

/// A broker takes about ten seconds to start, and more on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(120);

/// A broker for tests.
#[derive(Debug)]
pub struct TestKafka {
    listeners: Listeners,
    // Its standard input is closed when the process ends; it then ends the broker and removes the directory.
    _janitor: Child,
}

impl TestKafka {
    /// The broker of this process, started by the first call.
    ///
    /// # Panics
    /// If it cannot be started; the message says why.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<TestKafka> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// Where clients find it.
    #[must_use]
    pub fn brokers(&self) -> String {
        self.listeners.brokers()
    }

    /// A proxy of its own, by which a client reaches the broker and nothing else.
    ///
    /// # Panics
    /// If all are given away.
    pub async fn line(&self) -> Proxy {
        self.listeners.line().await
    }

    /// Appends a record of any bytes to a partition, past every client, and says at which offset.
    ///
    /// # Panics
    /// If the broker does not take it.
    pub async fn append_raw(&self, topic: &str, partition: i32, record: RawRecord<'_>) -> i64 {
        raw::append(&self.brokers(), topic, partition, record).await
    }

    async fn start() -> Self {
        let libraries = fetched("lib");
        let directory =
            tempfile::Builder::new().prefix("plimsoll-kafka-").tempdir().expect("a directory").keep();
        let listeners = Listeners::free();
        let properties = listeners.properties(&directory.join("data"));
        fs::write(directory.join("server.properties"), properties).expect("written");
        fs::write(directory.join("log4j2.properties"), include_str!("log4j2.properties")).expect("written");
        let janitor = janitor(&directory, &libraries);
        until_started(&directory).await;
        Self { listeners, _janitor: janitor }
    }
}

/// A folder that `scripts/kafka/fetch.sh` has filled.
pub(crate) fn fetched(name: &str) -> PathBuf {
    let folder = stack::fetched().join(name);
    assert!(folder.is_dir(), "there is no {}: run scripts/kafka/fetch.sh", folder.display());
    folder
}

/// Starts the broker, and ends it when this process ends, whichever way.
fn janitor(directory: &Path, libraries: &Path) -> Child {
    const SCRIPT: &str = r#"
        cd "$1" || exit 1
        export KAFKA="java -Dlog4j2.configurationFile=$1/log4j2.properties -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
        id=$($KAFKA -cp "$2/*" kafka.tools.StorageTool random-uuid 2>> log)
        $KAFKA -cp "$2/*" kafka.tools.StorageTool format --standalone -t "$id" -c server.properties >> log 2>&1
        $KAFKA -Xmx512m -cp "$2/*" kafka.Kafka server.properties >> log 2>&1 &
        pid=$!
        read -r _
        kill -9 "$pid"
        rm -rf "$1"
    "#;
    test_janitor::janitor(SCRIPT).arg(directory).arg(libraries).spawn().expect("sh starts")
}

async fn until_started(directory: &Path) {
    const TICK: Duration = Duration::from_millis(50);
    let mut waited = Duration::ZERO;
    let log = || fs::read_to_string(directory.join("log")).unwrap_or_default();
    while !log().contains("Kafka Server started") {
        assert!(waited < PATIENCE, "Kafka does not start:\n{}", log());
        sleep(TICK).await;
        waited += TICK;
    }
}
