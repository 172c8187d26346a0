//! Every service as a program of its own, on one database: what they ask of each other goes over TLS.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use event_log::{EventLog as _, PartitionId, PostgresLog};
use events::Service;
use serde_json::{Value, json};
use service::{Address, Peers};
use tokio::runtime::Runtime;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::client::{Client, eventually};
use crate::flow::{id, to_production};
use crate::parts::database;
use crate::repository::{NEW, Repository, web};
use crate::server::{free_port, plimsoll, program, send, text};

/// Every service's program, with certificates of one authority.
struct Programs {
    directory: PathBuf,
    database: String,
    /// Where each is called.
    ports: BTreeMap<Service, u16>,
    rest: u16,
    running: BTreeMap<Service, Child>,
}

impl Programs {
    fn start(directory: &Path) -> Self {
        let directory = directory.join("programs");
        fs::create_dir_all(&directory).unwrap();
        stack::certificates(&directory, &Service::ALL.map(Service::name)).unwrap();
        for (name, digit) in
            [("identity.key", "1"), ("engines.key", "4"), ("redaction.key", "2"), ("audit.key", "3")]
        {
            fs::write(directory.join(name), digit.repeat(64)).unwrap();
        }
        let ports = Service::ALL.map(|service| (service, free_port())).into();
        let mut programs =
            Self { directory, database: database(), ports, rest: free_port(), running: BTreeMap::new() };
        for service in Service::ALL {
            programs.spawn(service);
        }
        programs
    }

    fn spawn(&mut self, service: Service) {
        let config = self.directory.join(format!("{service}.toml"));
        fs::write(&config, self.settings(service)).unwrap();
        let errors = fs::File::create(self.directory.join(format!("{service}.err"))).unwrap();
        let child = program(service.name()).arg("--config").arg(config).stderr(errors).spawn();
        self.running.insert(service, child.unwrap());
    }

    fn settings(&self, service: Service) -> String {
        let at = |service: Service| format!("\"127.0.0.1:{}\"", self.ports[&service]);
        let key = match service {
            Service::Catalog | Service::Promotion | Service::Audit | Service::Gateway => "identity.key",
            _ => "engines.key",
        };
        let shared = format!(
            "[postgres]\nurl = \"{}\"\nstore_connections = 2\nlog_connections = 3\n[git]\nallow_local = true\n\
             [grpc]\nlisten = {}\nidentity_key_file = \"{key}\"\n[tls]\ncertificate_file = \"{service}.pem\"\n\
             key_file = \"{service}-key.pem\"\nca_file = \"authorities.pem\"\nclient_ca_file = \"authorities.pem\"\n",
            self.database,
            at(service),
        );
        let mirrors = format!("mirrors = \"{}\"\n", self.directory.join(format!("{service}-git")).display());
        let own = match service {
            Service::Catalog => mirrors,
            Service::Promotion => format!("{mirrors}catalog = {}\n", at(Service::Catalog)),
            Service::Diff => format!("{mirrors}redaction_key_file = \"redaction.key\"\n"),
            Service::Gitops => format!("{mirrors}[gitops.serve]\npoll_seconds = 1\n"),
            Service::Audit => "signing_key_file = \"audit.key\"\n".to_owned(),
            Service::Gateway => self.gateway(at),
            Service::Cost | Service::Risk | Service::Explain => String::new(),
        };
        format!("{shared}[{service}]\n{own}")
    }

    fn gateway(&self, at: impl Fn(Service) -> String) -> String {
        let others = Service::ALL.into_iter().filter(|service| *service != Service::Gateway);
        let others: String = others.map(|service| format!("{service} = {}\n", at(service))).collect();
        let (rest, grpc, token) = (self.rest, free_port(), self.token());
        format!(
            "engines_key_file = \"engines.key\"\n[gateway.services]\n{others}[gateway.first]\norganisation = \"default\"\nadmin_token = \"{}\"\n\
             [gateway.serve]\nlisten = \"127.0.0.1:{rest}\"\ngrpc_listen = \"127.0.0.1:{grpc}\"\n",
            token.display()
        )
    }

    fn token(&self) -> PathBuf {
        self.directory.join("admin.token")
    }

    /// Who runs the installation, as soon as there is one.
    fn operator(&mut self) -> Client {
        let server = format!("http://127.0.0.1:{}", self.rest);
        eventually("there is an organisation", || {
            for (service, child) in &mut self.running {
                let ended = child.try_wait().unwrap();
                let said = fs::read_to_string(self.directory.join(format!("{service}.err"))).unwrap();
                assert!(ended.is_none(), "{service} ended with {ended:?}: {said}");
            }
            let token = fs::read_to_string(self.directory.join("admin.token")).ok()?;
            Some(Client::new(server.clone(), Some(token.trim())))
        })
    }

    /// `plimsoll dead-letter`: its exit code, and what it prints.
    fn dead_letter(&self, words: &[&str]) -> (Option<i32>, String) {
        let mut command = plimsoll();
        command.arg("dead-letter").args(words).args(["--server", &format!("http://127.0.0.1:{}", self.rest)]);
        let output = command.arg("--token-file").arg(self.token()).output().unwrap();
        (output.status.code(), text(&output))
    }

    fn stop(&mut self, service: Service) {
        let mut child = self.running.remove(&service).unwrap();
        send("TERM", child.id());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{service}");
    }

    /// Puts something behind the first event of the diff engine that is no event, in the name of the same organisation.
    fn poison(&self) {
        Runtime::new().unwrap().block_on(async {
            let settings = event_log::Settings { connections: 2, ..event_log::Settings::default() };
            let log = PostgresLog::connect(self.database.parse().unwrap(), settings).await.unwrap();
            let topic = Service::Diff.topic();
            let mut records = Vec::new();
            for partition in 0..log.partitions(&topic).await.unwrap() {
                let partition = PartitionId { topic: topic.clone(), partition };
                records.extend(log.read(&partition, 0, 10).await.unwrap());
            }
            let mut record = records.remove(0).record;
            record.key = "odd".to_owned();
            record.value = b"no event of ours".to_vec();
            log.append(&topic, &[record]).await.unwrap();
        });
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        for child in self.running.values() {
            send("TERM", child.id());
        }
        for (service, child) in &mut self.running {
            let _ = child.wait();
            if std::thread::panicking() {
                let said = fs::read_to_string(self.directory.join(format!("{service}.err")));
                let said = said.unwrap_or_default();
                let start = said.char_indices().rev().nth(1500).map_or(0, |(at, _)| at);
                eprintln!("{service}: {}", &said[start..]);
            }
        }
    }
}

#[test]
fn programs_call_each_other_over_tls_and_what_they_could_not_handle_is_worked_on_through_the_gateway() {
    let repository = Repository::new();
    let mut programs = Programs::start(repository.directory.path());
    let operator = programs.operator();
    operator.post("/workloads", &json!({"repo": repository.url(), "path": "plimsoll.yaml"})).ok(201);
    let (alice, bob) = (operator.caller("alice", "requester"), operator.caller("bob", "approver"));
    let promotion = id(&alice.post("/promotions?wait=60", &to_production("shop")).ok(200));
    bob.post(&format!("/promotions/{promotion}/approve"), &json!({})).ok(200);
    alice.until_status(&promotion, "open");
    assert_eq!(repository.read(&format!("plimsoll/{promotion}"), "production/web.yaml"), web("shop", NEW, 6));
    nobody_reads_along(&programs);
    letters(&programs, &operator, &bob);
    one_that_is_away_is_named(&mut programs, &operator);
}

/// Who speaks no TLS learns nothing of a service, not even its health.
fn nobody_reads_along(programs: &Programs) {
    let address = Address::Tcp { host: "127.0.0.1".to_owned(), port: programs.ports[&Service::Catalog] };
    let refused = Runtime::new().unwrap().block_on(async {
        let channel = Peers::default().channel(Service::Catalog, &address, Duration::from_secs(20)).unwrap();
        HealthClient::new(channel).check(HealthCheckRequest::default()).await.unwrap_err()
    });
    assert_eq!(protos::call::code(&refused), Some("PEER_NOT_TLS"), "{refused:?}");
}

/// What three services could not read, each has parked: it is listed, shown, tried again and given up as in one process.
fn letters(programs: &Programs, operator: &Client, bob: &Client) {
    programs.poison();
    let of = |service: &str| format!("/dead-letters?service={service}");
    for service in ["cost", "promotion", "gateway"] {
        let letters = eventually("it is parked", || {
            let items = operator.get(&of(service)).ok(200)["items"].as_array().unwrap().clone();
            (!items.is_empty()).then_some(items)
        });
        assert_eq!(letters[0]["id"], format!("{service}/1"));
    }
    let (code, listed) = programs.dead_letter(&["list"]);
    assert_eq!(code, Some(0), "{listed}");
    for name in ["cost/1", "promotion/1", "gateway/1"] {
        assert!(listed.contains(name), "{listed}");
    }
    let (_, listed) = programs.dead_letter(&["list", "--service", "cost"]);
    assert!(listed.contains("cost/1") && !listed.contains("promotion/1"), "{listed}");
    // bm8gZXZlbnQgb2Ygb3Vycw==
    let (code, shown) = programs.dead_letter(&["show", "cost/1"]);
    assert!(code == Some(0) && shown.contains("bm8gZXZlbnQgb2Ygb3Vycw=="), "{shown}");
    bob.get("/dead-letters").refused(403, "FORBIDDEN");
    let (code, retried) = programs.dead_letter(&["retry", "cost/1"]);
    assert_eq!(code, Some(0), "{retried}");
    // It is as it was, so it is parked again.
    let parked_again = || {
        eventually("it was tried again", || {
            let letter = operator.get("/dead-letters/cost/1").ok(200);
            (letter["state"] == "parked").then_some(())
        });
    };
    parked_again();
    let all = ["retry", "--all", "--service", "cost", "--code"];
    let (code, retried) = programs.dead_letter(&[&all[..], &["EVENT_UNREADABLE"]].concat());
    assert!(code == Some(0) && retried.contains("cost/1 is retrying"), "{retried}");
    parked_again();
    let (code, retried) = programs.dead_letter(&[&all[..], &["EVENT_WAITS"]].concat());
    assert!(code == Some(0) && retried.contains("none is parked with EVENT_WAITS"), "{retried}");
    for wrong in [&["retry"][..], &["retry", "--all"], &["retry", "cost/1", "--all", "--code", "EVENT_WAITS"]]
    {
        assert_eq!(programs.dead_letter(wrong).0, Some(1), "{wrong:?}");
    }
    let (code, discarded) = programs.dead_letter(&["discard", "cost/1", "--reason", "a test wrote it"]);
    assert!(code == Some(0) && discarded.contains("cost/1 is discarded"), "{discarded}");
    let audited = |name: &str| -> Vec<Value> {
        eventually("the audit has it", || {
            let records = operator.audit(&format!("&type={name}"));
            (!records.is_empty()).then_some(records)
        })
    };
    // A retry that ended where it began is no event.
    let given_up = audited("DeadLetterDiscarded");
    assert_eq!(given_up.len(), 1);
    assert_eq!(given_up[0]["data"]["reason"], "a test wrote it");
    assert_eq!(given_up[0]["data"]["by"], "admin");
}

fn one_that_is_away_is_named(programs: &mut Programs, operator: &Client) {
    programs.stop(Service::Risk);
    let answer = operator.get("/dead-letters");
    answer.refused(503, "SERVICE_UNAVAILABLE");
    assert_eq!(answer.json["error"]["details"]["service"], "risk");
    assert_eq!(operator.get("/dead-letters?service=promotion").ok(200)["items"][0]["id"], "promotion/1");
    operator.get("/dead-letters?service=prices").refused(400, "QUERY_INVALID");
    programs.spawn(Service::Risk);
    eventually("all answer again", || (operator.get("/dead-letters").status == 200).then_some(()));
}
