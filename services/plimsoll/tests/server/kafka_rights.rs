//! Rights, as a real broker holds them: each service with its own user (SASL SCRAM), and the grants that `plimsoll rights kafka`
//! prints.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use event_log::{EventLog as _, Group, KafkaLog, KafkaSettings, PartitionId};
use events::{Record, Service, Topic};
use stack::{Brokers, Janitor, Layout, Stack};
use tempfile::TempDir;

use crate::server::{plimsoll, text};

struct Guarded {
    stack: Stack,
    _janitor: Janitor,
    _directory: TempDir,
}

impl Guarded {
    /// One broker, with every topic, user and grant.
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let programs = std::path::Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().unwrap().to_owned();
        let cache = std::env::var_os("PLIMSOLL_CACHE").map(std::path::PathBuf::from);
        let home = || std::path::PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/plimsoll");
        let layout = Layout {
            directory: directory.path().join("stack"),
            programs,
            jars: cache.unwrap_or_else(home).join("kafka/lib"),
            brokers: Brokers::One,
            port: hundred_ports(),
            lines: false,
        };
        let janitor = Janitor::of(&layout.directory).unwrap();
        let stack = Stack::prepare(layout).unwrap();
        stack.servers().unwrap();
        Self { stack, _janitor: janitor, _directory: directory }
    }

    async fn log(&self, service: Service) -> KafkaLog {
        let layout = self.stack.layout();
        let password = layout.secret(&format!("kafka-{service}")).unwrap();
        let properties = [
            ("security.protocol", "SASL_PLAINTEXT"),
            ("sasl.mechanism", "SCRAM-SHA-512"),
            ("sasl.username", &format!("plimsoll-{service}")),
            ("sasl.password", &password),
        ];
        let properties = properties.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = KafkaSettings {
            brokers: layout.bootstrap(),
            properties: BTreeMap::from(properties),
            replication: 1,
            min_insync: 1,
            ..KafkaSettings::default()
        };
        KafkaLog::connect(settings).await.unwrap()
    }

    /// How `plimsoll rights check` ends, and what it says.
    fn check(&self, listed: &str) -> (Option<i32>, String) {
        let mut command = plimsoll();
        command.args(["rights", "check", "-"]).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(listed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), text(&output))
    }
}

/// The first of a hundred ports that nobody has, below those that outgoing connections get.
fn hundred_ports() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let start =
        u16::try_from(std::process::id() % 90).unwrap() + 90 * (TAKEN.fetch_add(1, Ordering::SeqCst) % 2);
    let mut bases = (0..180).map(|step| 12_000 + 100 * ((start + step) % 180));
    let free = |base: &u16| (*base..*base + 100).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok());
    bases.find(free).unwrap()
}

fn record() -> Record {
    Record { key: "key".to_owned(), headers: Vec::new(), value: b"value".to_vec() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_writes_its_topic_and_the_broker_refuses_it_every_other() {
    let guarded = tokio::task::spawn_blocking(Guarded::start).await.unwrap();
    let topics = Service::ALL.map(Service::topic);
    for service in Service::ALL {
        let log = guarded.log(service).await;
        log.check_topics(&topics).await.unwrap();
        for topic in &topics {
            let written = log.append(topic, &[record()]).await;
            if *topic == service.topic() {
                written.unwrap();
                continue;
            }
            let refused = written.unwrap_err();
            assert_eq!(refused.code(), "LOG_REFUSED", "{service} on {topic}: {refused}");
            let said = refused.to_string();
            assert!(said.contains(topic.as_str()) && said.contains("plimsoll rights kafka"), "{said}");
        }
    }
    reading(&guarded).await;
    let listed = guarded.stack.grants().unwrap();
    assert_eq!(guarded.check(&listed).0, Some(0), "{}", guarded.check(&listed).1);
    let more = listed.replacen("principal=User:plimsoll-cost", "principal=User:mallory", 1);
    let (code, said) = guarded.check(&more);
    assert!(code == Some(2) && said.contains("not in the file: User:mallory"), "{said}");
    assert!(said.contains("missing: User:plimsoll-cost"), "{said}");
    guarded.stack.down();
    assert!(
        fs::read_dir(guarded.stack.layout().at("run"))
            .unwrap()
            .flatten()
            .all(|file| { file.path().extension().is_none_or(|kind| kind != "pid") })
    );
}

/// The cost engine reads what the diff engine writes, in its own group; nothing else.
async fn reading(guarded: &Guarded) {
    let log = guarded.log(Service::Cost).await;
    let partition = |topic: Topic, partition| PartitionId { topic, partition };
    let mut read = 0;
    for number in 0..4 {
        read += log.read(&partition(Service::Diff.topic(), number), 0, 10).await.unwrap().len();
    }
    assert_eq!(read, 1);
    let mut refused = Vec::new();
    for number in 0..4 {
        refused.extend(log.read(&partition(Service::Promotion.topic(), number), 0, 10).await.err());
    }
    // Only the partition that has a record is read.
    let [refused] = &*refused else { panic!("{refused:?}") };
    assert_eq!(refused.code(), "LOG_REFUSED");
    assert!(refused.to_string().contains("plimsoll.promotion.v1/"), "{refused}");
    for (group, topic) in [("cost", Service::Promotion), ("risk", Service::Diff)] {
        let mut member = log.subscribe(&Group::new(group), &[topic.topic()]).await.unwrap();
        let refused = loop {
            match tokio::time::timeout(Duration::from_secs(30), member.next(1)).await.unwrap() {
                Err(error) if error.code() == "LOG_REFUSED" => break error.to_string(),
                Err(_) => {}
                Ok(records) => panic!("{records:?}"),
            }
        };
        assert!(refused.contains(group) && refused.contains("plimsoll rights kafka"), "{refused}");
    }
}
