//! The services: a configuration and a process each.

use std::fmt::Write as _;

use crate::certificates::certificates;
use crate::error::StackError;
use crate::kafka::user;
use crate::layout::{Copies, Layout, put};
use crate::process::{Ends, Part, Ready};
use crate::{postgres, redis, registry};

/// The services, in the order in which their events follow from one another.
pub const SERVICES: [&str; 9] =
    ["catalog", "promotion", "diff", "cost", "risk", "explain", "gitops", "audit", "gateway"];

/// Those that serve nothing but their dead letters.
const ENGINES: [&str; 5] = ["diff", "cost", "risk", "explain", "gitops"];

/// Those of which a second process is of no use: nobody would call another catalog, and the audit log is written by one.
const ALONE: [&str; 2] = ["catalog", "audit"];

/// A process of a service.
#[derive(Clone, Copy)]
struct Process {
    service: &'static str,
    /// The service's place in the list.
    number: u16,
    /// 0 for the first, which others call.
    copy: u16,
}

impl Process {
    fn all(copies: Copies) -> impl Iterator<Item = Self> {
        let of = move |(number, service)| {
            let more = u16::from(copies == Copies::Two && !ALONE.contains(&service));
            (0..=more).map(move |copy| Self { service, number, copy })
        };
        (0..).zip(SERVICES).flat_map(of)
    }

    fn name(self) -> String {
        match self.copy {
            0 => self.service.to_owned(),
            copy => format!("{}-{}", self.service, copy + 1),
        }
    }

    fn probes(self, layout: &Layout) -> u16 {
        layout.port + 60 + 20 * self.copy + self.number
    }

    fn listens(self, layout: &Layout) -> u16 {
        layout.port + 70 + 20 * self.copy + self.number
    }
}

/// A process of a service beside those of the stack, as a part: 0 is the one that others call, 1 the second. The ports of the third and of
/// later ones lie behind the stack's hundred.
pub(crate) fn copy(layout: &Layout, service: &str, copy: u16) -> Result<Part, StackError> {
    let mut known = (0..).zip(SERVICES);
    let missing = || StackError::new(format!("{service} is no service"));
    let (number, service) = known.find(|(_, known)| *known == service).ok_or_else(missing)?;
    part(layout, Process { service, number, copy })
}

/// Every process of every service as a part.
pub(crate) fn parts(layout: &Layout) -> Result<Vec<Part>, StackError> {
    for key in ["identity", "engines", "redaction", "audit"] {
        layout.secret(&format!("{key}.key"))?;
    }
    certificates(&layout.at("secrets"), &SERVICES)?;
    Process::all(layout.copies).map(|process| part(layout, process)).collect()
}

fn part(layout: &Layout, process: Process) -> Result<Part, StackError> {
    let Process { service, copy, .. } = process;
    let (name, probes) = (process.name(), process.probes(layout));
    let config = layout.at(&format!("config/{name}.toml"));
    let text = shared(layout, process)? + &own(layout, process);
    put(&config, &text)?;
    let program = layout.programs.join(format!("plimsoll-{service}"));
    Ok(Part {
        name,
        service: Some(service.to_owned()),
        port: if service == "gateway" { rest(layout, copy) } else { process.listens(layout) },
        words: [program, "--config".into(), config].map(|word| word.display().to_string()).into(),
        ready: Ready::Answers { port: probes, path: "/statusz".to_owned() },
        ends: Ends::Terminated,
        directory: layout.directory.clone(),
    })
}

/// How every service gets at the log and its database, and where the others call it.
fn shared(layout: &Layout, process: Process) -> Result<String, StackError> {
    let Process { service, .. } = process;
    let (name, probes, listen) = (process.name(), process.probes(layout), process.listens(layout));
    let (user, url) = (user(service), format!("secrets/{service}.url"));
    layout.secret(&format!("kafka-{service}"))?;
    put(&layout.at(&url), &postgres::url(layout, service)?)?;
    let (brokers, replication) = (layout.bootstrap(), layout.brokers.replication());
    let key = if ENGINES.contains(&service) { "engines" } else { "identity" };
    Ok(format!(
        "# Written by `cargo xtask stack up`.
[kafka]
brokers = \"{brokers}\"
replication = {replication}
min_insync = {insync}
instance = \"{name}\"
# All is on loopback.
tls = false
sasl_mechanism = \"SCRAM-SHA-512\"
sasl_username = \"{user}\"
sasl_password_file = \"../secrets/kafka-{service}\"

[kafka.properties]
# A member that stands still is found out in 10 s, not in 5 minutes.
\"max.poll.interval.ms\" = \"10000\"

{registry}
{redis}
[postgres]
url_file = \"../{url}\"

[probes]
listen = \"127.0.0.1:{probes}\"

[git]
allow_local = true

[grpc]
listen = \"127.0.0.1:{listen}\"
identity_key_file = \"../secrets/{key}.key\"

[tls]
certificate_file = \"../secrets/{service}.pem\"
key_file = \"../secrets/{service}-key.pem\"
ca_file = \"../secrets/authorities.pem\"
client_ca_file = \"../secrets/authorities.pem\"
",
        insync = layout.brokers.min_insync(),
        registry = registry::setting(layout),
        redis = redis::setting(layout)?,
    ))
}

/// The section of the service's name. Where others listen follows from their places in the list.
fn own(layout: &Layout, process: Process) -> String {
    let Process { service, copy, .. } = process;
    let at = |name: &str| {
        let number = SERVICES.iter().position(|service| *service == name).unwrap_or_default();
        format!("127.0.0.1:{}", usize::from(layout.port) + 70 + number)
    };
    let mirrors = layout.at(&format!("data/{}", process.name())).display().to_string();
    let mut text = format!("\n[{service}]\n");
    let mut say = |key: &str, value: &str| {
        let _ = writeln!(text, "{key} = \"{value}\"");
    };
    if matches!(service, "catalog" | "promotion" | "diff" | "gitops") {
        say("mirrors", &mirrors);
    }
    match service {
        "promotion" => say("catalog", &at("catalog")),
        "diff" => say("redaction_key_file", "../secrets/redaction.key"),
        "audit" => say("signing_key_file", "../secrets/audit.key"),
        "gitops" => text.push_str("\n[gitops.serve]\npoll_seconds = 2\n"),
        "gateway" => text.push_str(&gateway(layout, copy, at)),
        _ => {}
    }
    text
}

/// Where a gateway serves REST; the port after it is gRPC's.
fn rest(layout: &Layout, copy: u16) -> u16 {
    layout.api_port() + 2 * copy
}

fn gateway(layout: &Layout, copy: u16, at: impl Fn(&str) -> String) -> String {
    let services = SERVICES.into_iter().filter(|service| *service != "gateway");
    let services: String = services.map(|service| format!("{service} = \"{}\"\n", at(service))).collect();
    let (rest, token) = (rest(layout, copy), layout.at("secrets/admin.token"));
    let grpc = rest + 1;
    // The first organisation is made once.
    let first =
        format!("[gateway.first]\norganisation = \"default\"\nadmin_token = \"{}\"\n", token.display());
    let first = if copy == 0 { first } else { String::new() };
    format!(
        "
engines_key_file = \"../secrets/engines.key\"

[gateway.services]
{services}
{first}
[gateway.serve]
listen = \"127.0.0.1:{rest}\"
grpc_listen = \"127.0.0.1:{grpc}\"
requests_per_minute = 1000000
burst = 100000
",
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;
    use crate::layout::{Brokers, Schemas, Shared};

    fn layout(directory: &Path) -> Layout {
        let layout = Layout {
            directory: directory.to_owned(),
            programs: directory.to_owned(),
            cache: directory.to_owned(),
            brokers: Brokers::One,
            schemas: Schemas::Bundled,
            copies: Copies::Two,
            shared: Shared::InRedis,
            port: 27_200,
            lines: false,
        };
        layout.make_directories().unwrap();
        layout
    }

    #[test]
    fn each_process_finds_the_redis_of_the_stack_and_no_word_of_it_is_anybody_elses() {
        let directory = tempfile::tempdir().unwrap();
        let layout = layout(directory.path());
        let names: Vec<String> = parts(&layout).unwrap().into_iter().map(|part| part.name).collect();
        // Nine services, of which two have one process.
        assert_eq!(names.len(), 16);
        let text = |name: &str| fs::read_to_string(layout.at(&format!("config/{name}.toml"))).unwrap();
        for name in &names {
            assert!(text(name).contains("\n[redis]\nurl_file = \"../secrets/redis.url\"\n"), "{name}");
        }
        let url = layout.at("secrets/redis.url");
        let password = layout.secret("redis").unwrap();
        assert_eq!(fs::read_to_string(&url).unwrap(), format!("redis://:{password}@127.0.0.1:27241"));
        assert_eq!(fs::metadata(&url).unwrap().permissions().mode() & 0o077, 0);
        parts(&Layout { shared: Shared::Nothing, ..layout.clone() }).unwrap();
        assert!(names.iter().all(|name| !text(name).contains("redis")));
    }

    /// Two that listen in one place, are one member or keep one mirror are no two processes.
    #[test]
    fn no_process_has_a_place_of_another() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout { copies: Copies::One, ..layout(directory.path()) };
        let names: Vec<String> = parts(&layout).unwrap().into_iter().map(|part| part.name).collect();
        assert_eq!(names, SERVICES);
        let mut copies = Vec::new();
        for service in ["diff", "cost", "risk", "explain"] {
            copies.extend((1..=3).map(|number| copy(&layout, service, number).unwrap().name));
        }
        assert_eq!(copies[..4], ["diff-2", "diff-3", "diff-4", "cost-2"]);
        let mut places = Vec::new();
        for name in names.iter().chain(&copies) {
            let text = fs::read_to_string(layout.at(&format!("config/{name}.toml"))).unwrap();
            let is_own = |line: &&str| ["listen", "grpc_listen", "instance", "mirrors"].contains(&key(line));
            places.extend(text.lines().filter(is_own).map(str::to_owned));
        }
        // Of the first ones a name and two places each, two more of the gateway, four mirrors; of the others three, and three mirrors of diff's.
        assert_eq!(places.len(), 9 * 3 + 2 + 4 + 12 * 3 + 3);
        let values = places.iter().filter_map(|line| line.split(" = ").nth(1));
        assert_eq!(values.collect::<BTreeSet<_>>().len(), places.len(), "{places:?}");
        let third = fs::read_to_string(layout.at("config/diff-3.toml")).unwrap();
        for said in [
            "listen = \"127.0.0.1:27302\"",
            "listen = \"127.0.0.1:27312\"",
            "instance = \"diff-3\"",
            "/data/diff-3\"",
        ] {
            assert!(third.contains(said), "{said}: {third}");
        }
        assert!(copy(&layout, "kafka", 1).unwrap_err().to_string().starts_with("kafka is no service"));
    }

    fn key(line: &str) -> &str {
        line.split(" = ").next().unwrap_or_default()
    }
}
