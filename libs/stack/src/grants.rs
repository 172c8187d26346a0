//! Topics, rights and schemas, made by Plimsoll's own command from the files of the repository.

use std::path::PathBuf;
use std::process::Command;

use crate::error::StackError;
use crate::layout::{Layout, Schemas, put};
use crate::shell::{alone, java, run};
use crate::{postgres, registry};

const TOPICS: &str = include_str!("../../../topics.yaml");

/// Plimsoll's own command.
pub(crate) fn plimsoll(layout: &Layout) -> Command {
    let mut command = Command::new(layout.programs.join("plimsoll"));
    alone(&mut command).env("NO_COLOR", "1");
    command
}

/// Makes the topics, registers the schemas, and grants each service what it may do with them and in Postgres. It may be done again.
pub(crate) fn make(layout: &Layout) -> Result<(), StackError> {
    topics(layout)?;
    if layout.schemas == Schemas::Registered {
        run(plimsoll(layout).args(["schemas", "register", "--config"]).arg(layout.admin_config()), "")?;
    }
    kafka(layout)?;
    let sql = run(plimsoll(layout).args(["rights", "postgres"]), "")?;
    postgres::grant(layout, &sql)
}

fn topics(layout: &Layout) -> Result<(), StackError> {
    let (file, config) = (layout.at("config/topics.yaml"), layout.admin_config());
    let (replication, insync) = (layout.brokers.replication(), layout.brokers.min_insync());
    let said = TOPICS
        .replace("\n  partitions: 8\n", "\n  partitions: 4\n")
        .replace("\n  replication: 3\n", &format!("\n  replication: {replication}\n"))
        .replace("\n  min_insync_replicas: 2\n", &format!("\n  min_insync_replicas: {insync}\n"));
    put(&file, &said)?;
    let (name, password) = layout.admin()?;
    let brokers = layout.internal_bootstrap();
    put(
        &config,
        &format!(
            "[kafka]\nbrokers = \"{brokers}\"\nreplication = {replication}\nmin_insync = {insync}\ntls = false\n\
             sasl_mechanism = \"PLAIN\"\nsasl_username = \"{name}\"\nsasl_password = \"{password}\"\n{registry}",
            registry = registry::setting(layout),
        ),
    )?;
    let mut command = plimsoll(layout);
    command.args(["topics", "apply", "--file"]).arg(&file).arg("--config").arg(&config);
    run(&mut command, "").map(drop)
}

/// The grants on Kafka: each starts a JVM, so that what was made already is not made again.
fn kafka(layout: &Layout) -> Result<(), StackError> {
    let script = run(plimsoll(layout).args(["rights", "kafka"]), "")?;
    let (file, made) = (layout.at("config/acls.sh"), layout.at("run/acls.made"));
    if std::fs::read_to_string(&made).is_ok_and(|made| made == script) {
        return Ok(());
    }
    put(&file, &script)?;
    let mut command = Command::new("sh");
    command.arg(&file).args(access(layout)).env("KAFKA_ACLS", tool(layout)?);
    run(&mut command, "")?;
    put(&made, &script)
}

fn access(layout: &Layout) -> [String; 4] {
    let admin = layout.at("config/admin.properties").display().to_string();
    ["--bootstrap-server".to_owned(), layout.internal_bootstrap(), "--command-config".to_owned(), admin]
}

/// Kafka's `kafka-acls.sh`, of the jars.
fn tool(layout: &Layout) -> Result<PathBuf, StackError> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = layout.at("run/kafka-acls.sh");
    let command =
        java(&layout.jars(), "128m", &crate::kafka::logging(layout), "org.apache.kafka.tools.AclCommand");
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let quoted: Vec<String> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
    put(&path, &format!("#!/bin/sh\nexec {} \"$@\"\n", quoted.join(" ")))?;
    let mode = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(&path, mode).map_err(StackError::file(&path))?;
    Ok(path)
}

/// What `kafka-acls --list` prints.
pub(crate) fn listed(layout: &Layout) -> Result<String, StackError> {
    run(Command::new(tool(layout)?).args(access(layout)).arg("--list"), "")
}
