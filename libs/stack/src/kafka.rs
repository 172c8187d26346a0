//! The brokers: each is a controller, too. Services come in with SCRAM, by a listener of their own; brokers, controllers and the
//! administrator with PLAIN, by theirs.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::error::StackError;
use crate::layout::{Layout, put};
use crate::process::{Ends, Part, Ready};
use crate::services::SERVICES;
use crate::shell::{java, run};

/// Base64 of `plimsoll-stack-1`.
const CLUSTER: &str = "cGxpbXNvbGwtc3RhY2stMQ";
const LOGGING: &str = include_str!("log4j2.properties");

/// Who a service is to Kafka.
pub(crate) fn user(service: &str) -> String {
    format!("plimsoll-{service}")
}

/// The brokers as parts, formatted if they are new.
pub(crate) fn parts(layout: &Layout) -> Result<Vec<Part>, StackError> {
    put(&logging(layout), LOGGING)?;
    put(&layout.at("config/admin.properties"), &admin(layout)?)?;
    layout.brokers.numbers().map(|number| part(layout, number)).collect()
}

pub(crate) fn logging(layout: &Layout) -> PathBuf {
    layout.at("config/log4j2.properties")
}

fn part(layout: &Layout, number: u16) -> Result<Part, StackError> {
    let name = format!("kafka-{number}");
    let settings = layout.at(&format!("config/{name}.properties"));
    put(&settings, &properties(layout, number)?)?;
    if !layout.at(&format!("data/{name}/meta.properties")).exists() {
        format(layout, &settings)?;
    }
    let mut command = java(&layout.jars(), "400m", &logging(layout), "kafka.Kafka");
    command.arg(&settings);
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let words = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let port = layout.broker_port(number);
    Ok(Part {
        name,
        service: None,
        port,
        words,
        ready: Ready::Connects,
        ends: Ends::Terminated,
        directory: layout.directory.clone(),
    })
}

/// The users and their passwords are in the first record of the cluster, so that nobody has to be let in to make them.
fn format(layout: &Layout, settings: &PathBuf) -> Result<(), StackError> {
    let mut command = java(&layout.jars(), "256m", &logging(layout), "kafka.tools.StorageTool");
    command.args(["format", "--cluster-id", CLUSTER, "--config"]).arg(settings);
    for service in SERVICES {
        let (user, password) = (user(service), layout.secret(&format!("kafka-{service}"))?);
        command.arg("--add-scram").arg(format!("SCRAM-SHA-512=[name={user},password={password}]"));
    }
    run(&mut command, "").map(drop)
}

fn login(password: &str, more: &str) -> String {
    format!(
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\" password=\"{password}\"{more};"
    )
}

fn admin(layout: &Layout) -> Result<String, StackError> {
    let (_, password) = layout.admin()?;
    let login = login(&password, "");
    Ok(format!("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config={login}\n"))
}

fn properties(layout: &Layout, number: u16) -> Result<String, StackError> {
    let (_, password) = layout.admin()?;
    let login = login(&password, &format!(" user_admin=\"{password}\""));
    let (own, advertised) = (layout.broker_port(number), layout.advertised_port(number));
    let (internal, controller) = (layout.internal_port(number), layout.controller_port(number));
    let voters: Vec<String> = (layout.brokers.numbers())
        .map(|number| format!("{number}@127.0.0.1:{}", layout.controller_port(number)))
        .collect();
    let data = layout.at(&format!("data/kafka-{number}"));
    let mut text = include_str!("server.properties").to_owned();
    let _ = write!(
        text,
        "node.id={number}
controller.quorum.voters={voters}
listeners=SERVICES://127.0.0.1:{own},INTERNAL://127.0.0.1:{internal},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=SERVICES://127.0.0.1:{advertised},INTERNAL://127.0.0.1:{internal}
listener.name.internal.plain.sasl.jaas.config={login}
listener.name.controller.plain.sasl.jaas.config={login}
log.dirs={data}
default.replication.factor={replication}
min.insync.replicas={insync}
offsets.topic.replication.factor={replication}
transaction.state.log.replication.factor={replication}
transaction.state.log.min.isr={insync}
share.coordinator.state.topic.replication.factor={replication}
share.coordinator.state.topic.min.isr={insync}
",
        voters = voters.join(","),
        data = data.display(),
        replication = layout.brokers.replication(),
        insync = layout.brokers.min_insync(),
    );
    Ok(text)
}
