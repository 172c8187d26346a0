//! The services: a configuration and a process each.

use std::fmt::Write as _;

use crate::certificates::certificates;
use crate::error::StackError;
use crate::kafka::user;
use crate::layout::{Layout, put};
use crate::process::{Ends, Part, Ready};
use crate::{postgres, registry};

/// The services, in the order in which their events follow from one another.
pub const SERVICES: [&str; 9] =
    ["catalog", "promotion", "diff", "cost", "risk", "explain", "gitops", "audit", "gateway"];

/// Those that serve nothing but their dead letters.
const ENGINES: [&str; 5] = ["diff", "cost", "risk", "explain", "gitops"];

/// Every service as a part.
pub(crate) fn parts(layout: &Layout) -> Result<Vec<Part>, StackError> {
    for key in ["identity", "engines", "redaction", "audit"] {
        layout.secret(&format!("{key}.key"))?;
    }
    certificates(&layout.at("secrets"), &SERVICES)?;
    (0..).zip(SERVICES).map(|(number, service)| part(layout, service, number)).collect()
}

fn part(layout: &Layout, service: &str, number: u16) -> Result<Part, StackError> {
    let (probes, listen) = (layout.port + 60 + number, layout.port + 70 + number);
    let config = layout.at(&format!("config/{service}.toml"));
    let text = shared(layout, service, (probes, listen))? + &own(layout, service);
    put(&config, &text)?;
    let program = layout.programs.join(format!("plimsoll-{service}"));
    Ok(Part {
        name: service.to_owned(),
        service: Some(service.to_owned()),
        port: if service == "gateway" { layout.api_port() } else { listen },
        words: [program, "--config".into(), config].map(|word| word.display().to_string()).into(),
        ready: Ready::Answers { port: probes, path: "/readyz".to_owned() },
        ends: Ends::Terminated,
        directory: layout.directory.clone(),
    })
}

/// How every service gets at the log and its database, and where the others call it.
fn shared(layout: &Layout, service: &str, (probes, listen): (u16, u16)) -> Result<String, StackError> {
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
instance = \"{service}\"
# All is on loopback.
tls = false
sasl_mechanism = \"SCRAM-SHA-512\"
sasl_username = \"{user}\"
sasl_password_file = \"../secrets/kafka-{service}\"

[kafka.properties]
# A member that stands still is found out in 10 s, not in 5 minutes.
\"max.poll.interval.ms\" = \"10000\"

{registry}
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
    ))
}

/// The section of the service's name. Where others listen follows from their places in the list.
fn own(layout: &Layout, service: &str) -> String {
    let at = |name: &str| {
        let number = SERVICES.iter().position(|service| *service == name).unwrap_or_default();
        format!("127.0.0.1:{}", usize::from(layout.port) + 70 + number)
    };
    let mirrors = layout.at(&format!("data/{service}")).display().to_string();
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
        "gitops" => text.push_str("\n[gitops.serve]\npoll_seconds = 5\n"),
        "gateway" => text.push_str(&gateway(layout, at)),
        _ => {}
    }
    text
}

fn gateway(layout: &Layout, at: impl Fn(&str) -> String) -> String {
    let services = SERVICES.into_iter().filter(|service| *service != "gateway");
    let services: String = services.map(|service| format!("{service} = \"{}\"\n", at(service))).collect();
    let (rest, grpc, token) = (layout.api_port(), layout.grpc_port(), layout.at("secrets/admin.token"));
    format!(
        "
engines_key_file = \"../secrets/engines.key\"

[gateway.services]
{services}
[gateway.first]
organisation = \"default\"
admin_token = \"{token}\"

[gateway.serve]
listen = \"127.0.0.1:{rest}\"
grpc_listen = \"127.0.0.1:{grpc}\"
requests_per_minute = 1000000
burst = 100000
",
        token = token.display(),
    )
}
