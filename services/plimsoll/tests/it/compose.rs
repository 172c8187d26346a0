//! The stack in containers (`compose/`) against what the programs, the rights and the topics say. Docker is not asked: nothing is started.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use events::Service;
use kube_model::yaml;
use serde_json::Value;
use service::{
    ConfigError, GrpcSettings, KafkaSettings, PostgresSettings, ProbeSettings, RedisSettings, Settings,
    Sources,
};
use tempfile::TempDir;

use crate::sandbox::workspace;

/// Where containers find their secrets.
const SECRETS: &str = "/run/secrets";

fn value(path: &str) -> Value {
    let text = fs::read_to_string(workspace().join(path)).unwrap();
    let limits = yaml::Limits::default();
    let documents = yaml::parse(&text, &limits).unwrap();
    yaml::to_value(&documents[0], &documents[0].root, &limits).unwrap()
}

/// The file, and secrets made for it.
struct Stack {
    file: Value,
    secrets: TempDir,
}

/// A service of the file: a container.
#[derive(Clone, Copy)]
struct Container<'a>(&'a Value);

impl Stack {
    fn read() -> Self {
        let secrets = tempfile::tempdir().unwrap();
        make_secrets(secrets.path());
        Self { file: value("compose/compose.yaml"), secrets }
    }

    fn containers(&self) -> impl Iterator<Item = (&str, Container<'_>)> {
        let services = self.file["services"].as_object().unwrap();
        services.iter().map(|(name, container)| (name.as_str(), Container(container)))
    }

    fn container(&self, name: &str) -> Container<'_> {
        Container(&self.file["services"][name])
    }

    fn secret(&self, name: &str) -> String {
        fs::read_to_string(self.secrets.path().join(name)).unwrap()
    }

    /// What a program in it reads, with this machine's paths.
    fn settings(&self, name: &str) -> Settings {
        let container = self.container(name);
        let secrets = container.mounts().find(|(_, target)| *target == SECRETS).unwrap().0;
        let secrets = self.secrets.path().join(secrets.strip_prefix("./.secrets/").unwrap());
        let variables = container.environment().into_iter();
        let here = variables
            .map(|(name, value)| (name.to_owned(), value.replace(SECRETS, &secrets.display().to_string())));
        let sources = Sources { environment: here.collect(), ..Sources::default() };
        let sections: Vec<_> = service::SECTIONS.into_iter().chain(Service::ALL.map(Service::name)).collect();
        Settings::read(&sources, &sections).unwrap()
    }
}

/// As people do, by the file's name alone.
fn make_secrets(directory: &Path) {
    let made = Command::new(workspace().join("compose/secrets.sh")).arg(directory).status();
    assert!(made.unwrap().success());
}

impl<'a> Container<'a> {
    fn texts(self, key: &str) -> Vec<&'a str> {
        let list = self.0[key].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().map(|text| text.as_str().unwrap()).collect()
    }

    fn keys(self, key: &str) -> BTreeSet<&'a str> {
        self.0[key].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    }

    fn environment(self) -> BTreeMap<&'a str, &'a str> {
        let variables = self.0["environment"].as_object().into_iter().flatten();
        variables.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect()
    }

    /// What is mounted, and where.
    fn mounts(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.texts("volumes").into_iter().map(|mount| {
            let mut parts = mount.split(':');
            (parts.next().unwrap(), parts.next().unwrap())
        })
    }
}

/// The section of a service's name, as its program reads it.
fn own(service: Service, settings: &Settings) -> Result<(), ConfigError> {
    let name = service.name();
    match service {
        Service::Catalog => settings.section::<catalog::Config>(name).map(drop),
        Service::Promotion => settings.section::<promotion::Config>(name).map(drop),
        Service::Diff => settings.section::<diff::Config>(name).map(drop),
        Service::Cost => settings.section::<cost::Config>(name).map(drop),
        Service::Risk => settings.section::<risk::Config>(name).map(drop),
        Service::Explain => settings.section::<explain::Config>(name).map(drop),
        Service::Gitops => settings.section::<gitops::ProcessConfig>(name).map(drop),
        Service::Audit => settings.section::<audit::Config>(name).map(drop),
        Service::Gateway => settings.section::<gateway::ProcessConfig>(name).map(drop),
    }
}

#[test]
fn each_service_has_a_container_with_its_own_user_role_and_secrets() {
    let stack = Stack::read();
    for service in Service::ALL {
        let (name, settings) = (service.name(), stack.settings(service.name()));
        let container = stack.container(name);
        assert_eq!(container.texts("command"), [format!("plimsoll-{name}")]);
        let secrets = container.mounts().filter(|(source, _)| source.contains(".secrets"));
        assert_eq!(secrets.collect::<Vec<_>>(), [(&*format!("./.secrets/{name}"), SECRETS)]);

        own(service, &settings).unwrap();
        let grpc: GrpcSettings = settings.section("grpc").unwrap();
        // Who approves promotions is vouched for with a key that no engine has.
        let keys = match service {
            Service::Catalog | Service::Promotion | Service::Audit | Service::Gateway => {
                "gateway/identity.key"
            }
            _ => "gateway/engines.key",
        };
        assert_eq!(grpc.identity_key.unwrap().expose().reveal(), stack.secret(keys), "{name}");
        assert!(grpc.listen.is_some(), "{name}");
        let kafka: KafkaSettings = settings.section("kafka").unwrap();
        assert_eq!(kafka.sasl_username, Some(format!("plimsoll-{name}")));
        assert_eq!(
            kafka.sasl_password.unwrap().expose(),
            &stack.secret(&format!("kafka-rights/users/{name}"))
        );
        let postgres: PostgresSettings = settings.section("postgres").unwrap();
        let password = stack.secret(&format!("postgres-rights/roles/{name}"));
        let url = format!("postgres://plimsoll_{name}:{password}@postgres/plimsoll");
        assert_eq!(postgres.url.expose(), &url);
        let redis: RedisSettings = settings.section("redis").unwrap();
        let url = format!("redis://:{}@redis", stack.secret("redis/password"));
        assert_eq!(redis.url.unwrap().expose(), &url);
        let probes: ProbeSettings = settings.section("probes").unwrap();
        let asked = container.0["healthcheck"]["test"].as_array().unwrap().last().unwrap();
        assert_eq!(
            asked,
            &format!(
                "http://127.0.0.1:{}/statusz",
                probes.listen.unwrap().to_string().rsplit_once(':').unwrap().1
            )
        );
    }
}

/// What is done once is done with the administrator's password, and nobody else has it.
#[test]
fn jobs_are_the_administrators() {
    let stack = Stack::read();
    let password = stack.secret("kafka/password");
    assert_eq!(stack.secret("kafka-rights/password"), password);
    assert_eq!(stack.secret("postgres-rights/password"), stack.secret("postgres/password"));
    for (job, verb) in [("topics", "topics"), ("schemas", "schemas")] {
        assert_eq!(stack.container(job).texts("command")[..2], ["plimsoll", verb]);
        let kafka: KafkaSettings = stack.settings(job).section("kafka").unwrap();
        assert_eq!(kafka.sasl_password.unwrap().expose(), &password);
    }
    let with = |secrets: &str| -> Vec<&str> {
        let has = |container: Container<'_>| container.mounts().any(|(source, _)| source == secrets);
        stack.containers().filter(|(_, container)| has(*container)).map(|(name, _)| name).collect()
    };
    assert_eq!(with("./.secrets/kafka"), ["kafka", "schemas", "topics"]);
    for only in ["kafka-rights", "postgres-rights", "postgres", "redis", "registry"] {
        assert_eq!(with(&format!("./.secrets/{only}")), [only]);
    }
}

/// Where the services find one another, and the servers, is a container that they share a network with, on a port that it listens on.
#[test]
fn who_is_named_is_there() {
    let stack = Stack::read();
    let listens: BTreeSet<(&str, &str)> = stack
        .containers()
        .flat_map(|(name, container)| {
            let listen = container.environment().into_iter().filter(|(key, _)| key.ends_with("LISTEN"));
            listen.filter_map(move |(_, address)| Some((name, address.rsplit_once(':')?.1)))
        })
        // The registry's is Quarkus' default; Kafka's are read below.
        .chain([("registry", "8080"), ("kafka", "9092"), ("kafka", "9094")])
        .collect();
    let mut named = 0;
    for (name, container) in stack.containers() {
        for (key, value) in container.environment() {
            let address = value.split_once("://").map_or(value, |(_, rest)| rest);
            let address = address.split('/').next().unwrap();
            let Some((host, port)) = address.split_once(':') else { continue };
            if ["unix", "0.0.0.0", "jdbc"].contains(&host) || !key.starts_with("PLIMSOLL_") {
                continue;
            }
            assert!(listens.contains(&(host, port)), "{name}: {key} is {value}");
            let shared = container.texts("networks");
            assert!(stack.container(host).texts("networks").iter().any(|network| shared.contains(network)));
            named += 1;
        }
    }
    // Brokers and registry of each, the catalog of the promotions, and every service of the gateway.
    assert_eq!(named, 2 * (Service::ALL.len() + 2) + 1 + 8);
    let broker = fs::read_to_string(workspace().join("compose/kafka/server.properties")).unwrap();
    assert!(broker.contains("\nadvertised.listeners=SERVICES://kafka:9092,"), "{broker}");
    assert!(broker.contains(",ADMIN://kafka:9094\n"), "{broker}");
}

#[test]
fn nothing_is_published_but_the_gateway_on_loopback() {
    let stack = Stack::read();
    for (name, container) in stack.containers() {
        let ports = container.texts("ports");
        assert_eq!(!ports.is_empty(), name == "gateway", "{name}");
        assert!(ports.iter().all(|port| port.starts_with("127.0.0.1:")), "{name}: {ports:?}");
        assert_ne!(container.0["network_mode"], "host", "{name}");
        assert_ne!(container.0["privileged"], true, "{name}");
        // Who is no server of others runs with nothing that a process need not have.
        if container.0["image"] == "plimsoll:local" {
            assert_eq!(container.texts("cap_drop"), ["ALL"], "{name}");
            assert_eq!(container.0["read_only"], true, "{name}");
        }
    }
    assert_eq!(stack.file["networks"]["inside"]["internal"], true);
    let outside =
        stack.containers().filter(|(_, container)| container.texts("networks").contains(&"outside"));
    let outside: Vec<&str> = outside.map(|(name, _)| name).collect();
    assert_eq!(outside, ["catalog", "diff", "explain", "gateway", "gitops", "promotion"]);
}

#[test]
fn everything_in_it_is_known() {
    let stack = Stack::read();
    let names: BTreeSet<&str> = stack.containers().map(|(name, _)| name).collect();
    let others = ["kafka", "postgres", "redis", "registry"];
    let jobs = ["rights", "kafka-rights", "postgres-rights", "topics", "schemas"];
    let expected = Service::ALL.map(Service::name).into_iter().chain(others).chain(jobs);
    assert_eq!(names, expected.collect());
    for (name, container) in stack.containers() {
        let image = container.0["image"].as_str().unwrap();
        let (_, tag) = image.split_once(':').unwrap();
        assert_ne!(tag, "latest", "{name}");
        assert!(container.keys("depends_on").is_subset(&names), "{name}");
        for (source, _) in container.mounts() {
            match source.strip_prefix("./") {
                None => assert!(stack.file["volumes"].get(source).is_some(), "{name}: {source}"),
                Some(path) => assert!(there(&stack, path).exists(), "{name}: {source}"),
            }
        }
    }
}

/// As docs/compose.md says: the files of both sides are removed, and made again.
#[test]
fn a_services_passwords_are_changed_by_four_files() {
    let stack = Stack::read();
    let files = ["diff/kafka", "diff/postgres.url", "kafka-rights/users/diff", "postgres-rights/roles/diff"];
    let page = fs::read_to_string(workspace().join("docs/compose.md")).unwrap();
    let before = files.map(|file| {
        assert!(page.contains(&format!("`{}`", file.replace("diff", "SERVICE"))), "{file}");
        let text = stack.secret(file);
        fs::remove_file(stack.secrets.path().join(file)).unwrap();
        text
    });
    make_secrets(stack.secrets.path());
    let [kafka, url, user, role] = files.map(|file| stack.secret(file));
    assert_eq!(user, kafka);
    assert_eq!(url, format!("postgres://plimsoll_diff:{role}@postgres/plimsoll"));
    let after = [kafka, url, user, role];
    assert!(before.iter().zip(&after).all(|(before, after)| before != after));
}

fn there(stack: &Stack, path: &str) -> PathBuf {
    match path.strip_prefix(".secrets") {
        Some(secret) => stack.secrets.path().join(secret.trim_start_matches('/')),
        None => workspace().join("compose").join(path),
    }
}

#[test]
fn suites_on_containers_run_against_its_images() {
    let stack = Stack::read();
    for name in ["kafka", "postgres", "redis"] {
        let (image, tag) = stack.container(name).0["image"].as_str().unwrap().split_once(':').unwrap();
        let suite = fs::read_to_string(workspace().join(format!("tests/docker/src/{name}.rs"))).unwrap();
        assert!(suite.contains(&format!("GenericImage::new({image:?}, {tag:?})")), "{name}: {image}:{tag}");
    }
}

/// As the file that is shipped, but for who keeps them: here one broker.
#[test]
fn topics_are_those_of_the_shipped_file() {
    let (mut shipped, here) = (value("topics.yaml"), value("compose/topics.yaml"));
    shipped["defaults"]["replication"] = 1.into();
    shipped["defaults"]["min_insync_replicas"] = 1.into();
    assert_eq!(here, shipped);
}

fn walk(directory: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        // Containers run as other users.
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        match path.is_dir() {
            true => {
                assert_eq!(mode, 0o755, "{}", path.display());
                walk(&path, files);
            }
            false => {
                assert_eq!(mode, 0o444, "{}", path.display());
                files.insert(path.clone(), fs::read_to_string(path).unwrap());
            }
        }
    }
}

#[test]
fn secrets_are_made_once_and_are_the_owners() {
    let directory = tempfile::tempdir().unwrap();
    let files = || {
        make_secrets(directory.path());
        let mut files = BTreeMap::new();
        walk(directory.path(), &mut files);
        files
    };
    let first = files();
    assert_eq!(files(), first);
    let mode = fs::metadata(directory.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    // Who sees a file has its directory mounted. Nothing of a service's is another's, but for what they share on purpose.
    let of = |service: Service| -> BTreeSet<&String> {
        let own = first.iter().filter(|(path, _)| path.starts_with(directory.path().join(service.name())));
        own.filter(|(path, _)| {
            !path.ends_with("identity.key") && !path.ends_with("engines.key") && !path.ends_with("redis.url")
        })
        .map(|(_, text)| text)
        .collect()
    };
    let all: Vec<&String> = Service::ALL.into_iter().flat_map(of).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    assert!(all.len() > 2 * Service::ALL.len() && all.iter().all(|text| text.len() >= 64), "{}", all.len());

    // Neither Git nor an image has them.
    for (file, ignored) in [(".gitignore", "/compose/.secrets/"), (".dockerignore", "compose")] {
        let text = fs::read_to_string(workspace().join(file)).unwrap();
        assert!(text.lines().any(|line| line == ignored), "{file}");
    }
}
