//! The services in two processes that share a log on a real Kafka.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Output;
use std::thread;
use std::time::Duration;

use event_log::{EventLog as _, PartitionId};
use serde_json::{Value, json};
use test_kafka::{TestKafka, TestRegistry};
use test_proxy::{Line, Proxy};
use tokio::runtime::Runtime;

use crate::audit::verify;
use crate::client::{Client, eventually};
use crate::flow::{id, to_production};
use crate::parts::database;
use crate::repository::Repository;
use crate::server::{Server, free_port, plimsoll, text};
use crate::sink::Sink;

fn brokers() -> String {
    Runtime::new().unwrap().block_on(async { TestKafka::shared().await.brokers() })
}

/// The file that is shipped, for one broker.
fn topics_file(directory: &Path) -> String {
    let shipped = include_str!("../../../../topics.yaml");
    let text = shipped
        .replace("partitions: 8", "partitions: 3")
        .replace("replication: 3", "replication: 1")
        .replace("min_insync_replicas: 2", "min_insync_replicas: 1");
    let path = directory.join("topics.yaml");
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

struct Kafka {
    settings: [String; 4],
    file: String,
    registry: Proxy,
    // The proxy ends with it, and the registry.
    _running: (Runtime, TestRegistry),
}

impl Kafka {
    fn new(directory: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let (registry, proxy) = runtime.block_on(async {
            let registry = TestRegistry::start().await;
            let proxy = Proxy::start(0, test_proxy::Server::Port(registry.port())).await;
            (registry, proxy)
        });
        let settings = [
            format!("kafka.brokers={}", brokers()),
            "kafka.replication=1".to_owned(),
            "kafka.min_insync=1".to_owned(),
            format!("kafka.registry.url={}", TestRegistry::url(proxy.port())),
        ];
        let file = topics_file(directory);
        Self { settings, file, registry: proxy, _running: (runtime, registry) }
    }

    fn schemas(&self, verb: &str) -> Output {
        let mut command = plimsoll();
        command.args(["schemas", verb]);
        for setting in &self.settings {
            command.args(["--set", setting]);
        }
        command.output().unwrap()
    }

    fn topics(&self, verb: &str, more: &[&str]) -> Output {
        let mut command = plimsoll();
        command.args(["topics", verb, "--file", &self.file]).args(more);
        for setting in &self.settings {
            command.args(["--set", setting]);
        }
        command.output().unwrap()
    }

    /// A process of some services, which is known to its groups by its name.
    fn process(
        &self,
        directory: &Path,
        (name, only): (&str, &'static str),
        database: &str,
        more: &[&str],
    ) -> Server {
        let instance = format!("kafka.instance={name}");
        let settings: Vec<&str> = self.settings.iter().map(String::as_str).chain([&*instance]).collect();
        Server::part(directory, only, database, &[&settings, more].concat())
    }
}

const DOORS: &str = "promotion,gitops,audit,gateway";
const ENGINES: &str = "catalog,diff,cost,risk,explain";

/// Two processes, started and ready.
fn two_processes(kafka: &Kafka, directory: &Path, sink: &Sink) -> (Server, Server) {
    let (database, catalog) = (database(), format!("127.0.0.1:{}", free_port()));
    let (there, traces) = (format!("services.catalog={catalog}"), sink.setting());
    let calm = ["gateway.burst=100000", "gateway.requests_per_minute=100000", &there, &traces];
    let mut doors = kafka.process(directory, ("doors", DOORS), &database, &calm);
    doors.spawn();
    let keys = doors.keys();
    eventually("the keys of the installation", || keys.join("audit.key").exists().then_some(()));
    let (listen, keys) = (format!("services.listen={catalog}"), format!("keys.directory={}", keys.display()));
    let mut engines = kafka.process(directory, ("engines", ENGINES), &database, &[&listen, &keys, &traces]);
    engines.spawn();
    engines.ready();
    doors.ready();
    (doors, engines)
}

#[test]
fn promotions_go_through_two_processes_on_kafka_whichever_is_killed() {
    let repository = Repository::new();
    let directory = repository.directory.path();
    let kafka = Kafka::new(directory);
    // Not started: only its refusals are read.
    let refused = kafka.process(directory, ("refused", "cost"), &database(), &[]);
    let unmade = text(&refused.command(&[]).output().unwrap());
    assert!(
        unmade.contains("error[LOG_TOPIC_UNKNOWN]"),
        "nothing makes a topic but who is told to: {unmade}"
    );
    topics_are_made(&kafka);
    let unregistered = text(&refused.command(&[]).output().unwrap());
    assert!(
        unregistered.contains("error[SCHEMA_NOT_REGISTERED]"),
        "nothing registers a schema but who is told to: {unregistered}"
    );
    schemas_are_registered(&kafka);
    // A service holds topics to its own policy: three brokers, of which two have a record before it is acknowledged.
    let strict = text(&refused.command(&["kafka.replication=3", "kafka.min_insync=2"]).output().unwrap());
    assert!(strict.contains("error[LOG_MISCONFIGURED]") && strict.contains("1 brokers keep it"), "{strict}");

    let sink = Sink::start();
    let (mut doors, mut engines) = two_processes(&kafka, directory, &sink);
    its_log_is_not_forgotten(&kafka, &doors);
    let ids = promoted(&kafka, &repository, &mut doors, &mut engines);
    judge(&repository, &doors, &ids);
    frames_have_the_registrys_numbers(&kafka);
    assert_eq!((engines.stop("TERM").code(), doors.stop("TERM").code()), (Some(0), Some(0)));
    traced(&sink, &ids);
}

/// A span of one process follows upon a span of the other, through the log: spans of a process that was killed are lost, those of
/// a promotion in which nobody was killed after the branch are not.
fn traced(sink: &Sink, ids: &[String]) {
    let spans = sink.spans();
    let handled = spans.iter().filter(|span| span.name == "process plimsoll.promotion.v1");
    let of_gitops: Vec<_> =
        handled.filter(|span| span.says("messaging.consumer.group.name") == "gitops").collect();
    assert!(
        ids.iter()
            .any(|id| of_gitops.iter().any(|span| span.says("messaging.message.conversation_id") == id))
    );
    for span in of_gitops {
        assert_eq!(span.says("messaging.system"), "kafka");
        assert!(span.says("messaging.kafka.offset").parse::<u64>().is_ok(), "{span:?}");
    }
    let crosses = |span: &&crate::sink::Span| {
        let is_of_engines = span.says("messaging.consumer.group.name") == "diff";
        is_of_engines && spans.iter().any(|made| made.id == span.parent && made.name.starts_with("create "))
    };
    assert!(
        spans.iter().any(|span| crosses(&span)),
        "the engines' process handles what the other has decided"
    );
}

/// Without the section `kafka` a command would look for the log in Postgres, and find one without events.
fn its_log_is_not_forgotten(kafka: &Kafka, doors: &Server) {
    let database = doors.database();
    let events = |settings: &[String]| {
        let mut command = plimsoll();
        command.args(["events", "--limit", "1"]).env("DATABASE_URL", database);
        for setting in settings {
            command.args(["--set", setting]);
        }
        command.output().unwrap()
    };
    let forgotten = text(&events(&[]));
    assert!(
        forgotten.contains("error[LOG_ELSEWHERE]") && forgotten.contains("is on the Kafka cluster"),
        "{forgotten}"
    );
    let unregistered = text(&events(&kafka.settings[..3]));
    assert!(unregistered.contains("error[LOG_ELSEWHERE]"), "{unregistered}");
    let found = events(&kafka.settings);
    assert_eq!(found.status.code(), Some(0), "{}", text(&found));
}

fn topics_are_made(kafka: &Kafka) {
    let plan = kafka.topics("plan", &["--format", "json"]);
    assert_eq!(plan.status.code(), Some(0), "{}", text(&plan));
    let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
    assert_eq!((plan["topics"].as_u64(), plan["changes"].as_array().unwrap().len()), (Some(9), 9), "{plan}");
    assert_eq!(kafka.topics("check", &[]).status.code(), Some(2));
    let applied = kafka.topics("apply", &[]);
    assert!(text(&applied).contains("\n9 changes made\n"), "{}", text(&applied));
    assert_eq!((applied.status.code(), kafka.topics("check", &[]).status.code()), (Some(0), Some(0)));
}

fn schemas_are_registered(kafka: &Kafka) {
    let codes = |verbs: [&str; 4]| verbs.map(|verb| kafka.schemas(verb).status.code());
    assert_eq!(codes(["check", "register", "check", "register"]), [Some(2), Some(0), Some(0), Some(0)]);
    let again = text(&kafka.schemas("register"));
    assert!(again.contains("schemas are registered as they are to be\n"), "{again}");
}

/// Every record's number is, to the registry, the schema that the record says it is of.
fn frames_have_the_registrys_numbers(kafka: &Kafka) {
    kafka.registry.set(Line::Open);
    let client = Client::new(TestRegistry::url(kafka.registry.port()), None);
    let settings = service::KafkaSettings {
        brokers: Some(brokers()),
        replication: 1,
        min_insync: 1,
        ..service::KafkaSettings::default()
    };
    let records = Runtime::new().unwrap().block_on(async {
        let log = settings.connect().await.unwrap().unwrap();
        let mut records = Vec::new();
        for service in events::Service::ALL {
            for partition in 0..3 {
                let partition = PartitionId { topic: service.topic(), partition };
                let mut next = 0;
                loop {
                    let read = log.read(&partition, next, 500).await.unwrap();
                    let Some(last) = read.last() else { break };
                    next = last.position.offset + 1;
                    records.extend(read.into_iter().map(|delivered| delivered.record));
                }
            }
        }
        records
    });
    let mut types: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for record in &records {
        let number = events::Frame::read(&record.value).unwrap().schema_id;
        types.entry(number).or_default().insert(record.header("ce_type").unwrap());
    }
    assert!(types.len() > 10, "{types:?}");
    for (number, types) in types {
        let path = format!("/schemas/ids/{number}");
        let answer = client.try_call("GET", &path, &[], None).unwrap().ok(200);
        let schema: Value = serde_json::from_str(answer["schema"].as_str().unwrap()).unwrap();
        let name = |field: &str| schema[field].as_str().unwrap().to_owned();
        let full = format!("{}.{}", name("namespace"), name("name"));
        assert_eq!(types, BTreeSet::from([full.as_str()]));
    }
}

/// Promotions from the request to the branch. Each process is killed in the middle of each, at another moment each time. In
/// the second half the schema registry is away, which stops nobody.
fn promoted(kafka: &Kafka, repository: &Repository, doors: &mut Server, engines: &mut Server) -> Vec<String> {
    const ROUNDS: u64 = 4;
    let admin = doors.admin();
    let (alice, bob) = (admin.caller("alice", "requester"), admin.caller("bob", "approver"));
    let mut ids = Vec::new();
    for round in 0..ROUNDS {
        if round == ROUNDS / 2 {
            kafka.registry.set(Line::Cut);
        }
        let application = format!("app-{round}");
        admin.post("/workloads", &repository.application(&application, 1)).ok(201);
        let promotion = id(&alice.post("/promotions?wait=0", &to_production(&application)).ok(202));
        thread::sleep(Duration::from_millis(90 * round));
        again(engines);
        until(&alice, &promotion, "preview");
        bob.post(&format!("/promotions/{promotion}/approve"), &json!({})).ok(200);
        thread::sleep(Duration::from_millis(60 * round));
        again(doors);
        until(&alice, &promotion, "open");
        ids.push(promotion);
    }
    ids.sort();
    ids
}

fn judge(repository: &Repository, doors: &Server, ids: &[String]) {
    let admin = doors.admin();
    let mut branches = repository.branches();
    branches.sort();
    let expected: Vec<String> = ids.iter().map(|id| format!("plimsoll/{id}")).collect();
    assert_eq!(branches, expected, "one branch for each promotion, and no other");
    for branch in &branches {
        assert_eq!(repository.git(&["rev-list", "--count", &format!("main..{branch}")]), "1");
    }
    for name in ["PreviewRequested", "PreviewCompleted", "PromotionApproved", "PromotionOpened"] {
        audited_once(&admin, name, ids);
    }
    assert_eq!(admin.get("/dead-letters").ok(200)["items"], json!([]));
    let (code, said) = verify(doors, &admin.get("/audit/export").text);
    assert_eq!(code, Some(0), "{said}");
}

/// Killed, and started again.
fn again(server: &mut Server) {
    server.kill();
    server.spawn();
    server.ready();
}

fn until(client: &Client, id: &str, status: &str) {
    eventually(&format!("{id} is {status}"), || {
        let found = client.try_call("GET", &format!("/api/v1/promotions/{id}"), &[], None).ok()?;
        (found.status == 200 && found.json["status"] == status).then_some(())
    });
}

fn audited_once(admin: &Client, name: &str, ids: &[String]) {
    let found = eventually(name, || {
        let found = admin.audit(&format!("&type={name}"));
        (found.len() >= ids.len()).then_some(found)
    });
    let mut found: Vec<&str> =
        found.iter().map(|event| event["data"]["promotion_id"].as_str().unwrap()).collect();
    found.sort_unstable();
    assert_eq!(found, ids, "{name}");
}
