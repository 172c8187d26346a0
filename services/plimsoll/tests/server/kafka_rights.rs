//! Rights, as a real broker holds them: each service with its own user (SASL SCRAM), and the grants that `plimsoll rights kafka`
//! prints.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use event_log::{EventLog as _, Group, KafkaLog, KafkaSettings, PartitionId, SettingChange, TopicChange};
use events::{Headers, Record, Service, Topic};
use stack::{Brokers, Janitor, Layout, Schemas, Stack};
use tempfile::TempDir;

use crate::server::{plimsoll, text};

struct Guarded {
    stack: Stack,
    _janitor: Janitor,
    directory: TempDir,
}

impl Guarded {
    /// One broker, with every topic, user and grant.
    fn start() -> Self {
        Self::with(|_| String::new())
    }

    /// One whose last settings are these.
    fn with(more: impl FnOnce(&Path) -> String) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let programs = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().unwrap().to_owned();
        let layout = Layout {
            directory: directory.path().join("stack"),
            programs,
            cache: stack::fetched(),
            brokers: Brokers::One,
            schemas: Schemas::Bundled,
            copies: stack::Copies::One,
            shared: stack::Shared::Nothing,
            port: hundred_ports(),
            lines: false,
        };
        let janitor = Janitor::of(&layout.directory).unwrap();
        let stack = Stack::prepare(layout).unwrap();
        let settings = stack.layout().at("config/kafka-1.properties");
        let text = fs::read_to_string(&settings).unwrap() + &more(directory.path());
        fs::write(&settings, text).unwrap();
        stack.servers(|_| ()).unwrap();
        Self { stack, _janitor: janitor, directory }
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
    Record { key: "key".to_owned(), headers: Headers::default(), value: b"value".to_vec() }
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
    changing(&guarded).await;
    let listed = guarded.stack.grants().unwrap();
    assert_eq!(guarded.check(&listed).0, Some(0), "{}", guarded.check(&listed).1);
    // In which order they are listed is Kafka's.
    let is_topic_of_cost = |grants: &&str| {
        grants.contains("resourceType=TOPIC") && grants.contains("principal=User:plimsoll-cost")
    };
    let of_a_topic = listed.split("Current ACLs").find(is_topic_of_cost).unwrap();
    let others = of_a_topic.replacen("principal=User:plimsoll-cost", "principal=User:mallory", 1);
    let more = listed.replacen(of_a_topic, &others, 1);
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

/// What a topic keeps is not the service's to say, and nobody is told that it was said.
async fn changing(guarded: &Guarded) {
    let log = guarded.log(Service::Cost).await;
    let settings = vec![SettingChange { name: "retention.ms", from: None, to: "1000".to_owned() }];
    let refused = log.apply(&TopicChange::Set { topic: Service::Cost.topic(), settings }).await.unwrap_err();
    let said = refused.to_string();
    assert_eq!(refused.code(), "LOG_REFUSED", "{said}");
    assert!(said.contains("retention.ms is still -1") && said.contains("AlterConfigs"), "{said}");
}

/// A certificate of its own for the broker, whose clients trust nobody else.
fn certificate(directory: &Path) {
    let names = "subjectAltName=IP:127.0.0.1,DNS:127.0.0.1";
    let request = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=broker",
        "-addext",
        names,
    ];
    let mut command = Command::new("openssl");
    command.args(request).args(["-keyout", "key.pem", "-out", "certificate.pem"]).current_dir(directory);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    let both = ["key.pem", "certificate.pem"].map(|name| fs::read_to_string(directory.join(name)).unwrap());
    fs::write(directory.join("broker.pem"), both.concat()).unwrap();
}

/// `{"alg":"none"}` and `{"sub":"plimsoll-cost","exp":4102444800}`, encoded by `basenc --base64url`: the broker of this test takes tokens that nobody
/// has signed.
const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwbGltc29sbC1jb3N0IiwiZXhwIjo0MTAyNDQ0ODAwfQ.";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_comes_in_over_tls_with_a_token_of_a_file_or_an_endpoint() {
    let start = || {
        Guarded::with(|directory| {
            certificate(directory);
            let keys = directory.join("broker.pem");
            format!(
                "listener.security.protocol.map=SERVICES:SASL_SSL,INTERNAL:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT\n\
                 listener.name.services.sasl.enabled.mechanisms=SCRAM-SHA-512,OAUTHBEARER\n\
                 listener.name.services.oauthbearer.sasl.jaas.config=\
                 org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;\n\
                 listener.name.services.ssl.keystore.type=PEM\nlistener.name.services.ssl.keystore.location={}\n",
                keys.display()
            )
        })
    };
    let guarded = tokio::task::spawn_blocking(start).await.unwrap();
    let place = guarded.directory.path();
    let token = place.join("token");
    fs::write(&token, format!("{TOKEN}\n")).unwrap();
    let settings = service::KafkaSettings {
        brokers: Some(guarded.stack.layout().bootstrap()),
        replication: 1,
        min_insync: 1,
        tls_ca: Some(fs::read_to_string(place.join("certificate.pem")).unwrap()),
        sasl_mechanism: Some("OAUTHBEARER".to_owned()),
        sasl_token_path: Some(token),
        ..service::KafkaSettings::default()
    };
    works(&settings.connect().await.unwrap().unwrap()).await;
    let token = service::TokenSettings {
        url: Some(token_endpoint()),
        client_id: Some("cost".to_owned()),
        client_secret: Some(service::Secret::new("secret".to_owned())),
        ..service::TokenSettings::default()
    };
    let asked = service::KafkaSettings { sasl_token_path: None, token, ..settings.clone() };
    works(&asked.connect().await.unwrap().unwrap()).await;
    let password = guarded.stack.layout().secret("kafka-cost").unwrap();
    let scram = service::KafkaSettings {
        sasl_mechanism: Some("SCRAM-SHA-512".to_owned()),
        sasl_username: Some("plimsoll-cost".to_owned()),
        sasl_password: Some(service::Secret::new(password)),
        sasl_token_path: None,
        ..settings
    };
    works(&scram.connect().await.unwrap().unwrap()).await;
    let wrong = Some(service::Secret::new("wrong".to_owned()));
    is_refused(service::KafkaSettings { sasl_password: wrong, ..scram.clone() }, "Authentication").await;
    // An authority that has not signed the broker's certificate.
    is_refused(service::KafkaSettings { tls_ca: None, ..scram }, "SSL").await;
}

/// Who is not let in is told so, by whatever is asked first, and does not wait for the time to be over in which a broker may answer.
async fn is_refused(settings: service::KafkaSettings, why: &str) {
    let told = |error: event_log::LogError| {
        assert_eq!(error.code(), "LOG_REFUSED", "{error}");
        assert!(error.to_string().contains(why), "{error}");
    };
    let patient = service::KafkaSettings { request_timeout_seconds: 120, ..settings.clone() };
    let log = patient.connect().await.unwrap().unwrap();
    told(tokio::time::timeout(Duration::from_secs(60), log.cluster()).await.unwrap().unwrap_err());
    let hasty = service::KafkaSettings { request_timeout_seconds: 3, ..settings };
    let log = hasty.connect().await.unwrap().unwrap();
    told(log.partitions(&Service::Cost.topic()).await.unwrap_err());
}

/// Where whoever asks gets the token, for an hour.
fn token_endpoint() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let body = format!(r#"{{"access_token": "{TOKEN}", "token_type": "Bearer", "expires_in": 3600}}"#);
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // The form is last.
            let mut asked = Vec::new();
            while !asked.ends_with(b"grant_type=client_credentials") {
                let mut bytes = [0; 1024];
                let length = stream.read(&mut bytes).unwrap();
                assert_ne!(length, 0);
                asked.extend(&bytes[..length]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

/// As the user `plimsoll-cost`.
async fn works(log: &KafkaLog) {
    log.append(&Service::Cost.topic(), &[record()]).await.unwrap();
    let refused = log.append(&Service::Risk.topic(), &[record()]).await.unwrap_err();
    assert_eq!(refused.code(), "LOG_REFUSED", "{refused}");
    let topics = [Service::Diff.topic()];
    let member = log.subscribe(&Group::new("cost"), &topics).await.unwrap();
    member.leave().await.unwrap();
}
