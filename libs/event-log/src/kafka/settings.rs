//! How the log on Kafka is set up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::ClientConfig;

use super::quiet::Quiet;
use super::statistics::INTERVAL;
use super::token::{Asked, Tokens};
use crate::error::LogError;
use crate::limits::Limits;

/// How the log on Kafka is set up. The defaults are for production.
#[derive(Clone)]
pub struct KafkaSettings {
    /// The brokers to begin with: `host:port`, separated by commas.
    pub brokers: String,
    /// Further settings of librdkafka (`security.protocol`, `sasl.*`, `ssl.*`, …), as its documentation names them. What the
    /// contract rests on cannot be set ([`LogError::Misconfigured`]).
    pub properties: BTreeMap<String, String>,
    /// Who gives tokens, for the mechanism `OAUTHBEARER`.
    pub tokens: Option<Arc<dyn Tokens>>,
    /// How long a member that is not heard of keeps its partitions; also how long a member that has to give a partition
    /// away may take to commit what it was given (`session.timeout.ms`).
    pub session: Duration,
    /// How often a member is heard of: a third of the session, or less (`heartbeat.interval.ms`).
    pub heartbeat: Duration,
    /// How long a broker may take to answer.
    pub request_timeout: Duration,
    /// How many brokers keep a topic that is made.
    pub replication: u16,
    /// How many of them have a record before it is acknowledged (`min.insync.replicas`).
    pub min_insync: u16,
    /// How large things may be.
    pub limits: Limits,
    /// A name that no other running process has, and that this one has again when it is started again: its members come
    /// back to their partitions (`group.instance.id`), and who leaves keeps them until its session ends.
    pub instance: Option<String>,
}

impl Default for KafkaSettings {
    fn default() -> Self {
        Self {
            brokers: "localhost:9092".to_owned(),
            properties: BTreeMap::new(),
            tokens: None,
            session: Duration::from_secs(6),
            heartbeat: Duration::from_secs(2),
            request_timeout: Duration::from_secs(10),
            replication: 3,
            min_insync: 2,
            limits: Limits::default(),
            instance: None,
        }
    }
}

/// Properties may be passwords: their names are shown, their values are not.
impl fmt::Debug for KafkaSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaSettings")
            .field("brokers", &self.brokers)
            .field("properties", &self.properties.keys().collect::<Vec<_>>())
            .field("session", &self.session)
            .field("request_timeout", &self.request_timeout)
            .field("replication", &self.replication)
            .field("min_insync", &self.min_insync)
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

/// What the contract rests on: durability, order, who decides how far a group has come, and how much is kept at hand; with the aliases
/// that librdkafka knows of each (its CONFIGURATION.md).
const FIXED: [&str; 32] = [
    "acks",
    "allow.auto.create.topics",
    "auto.commit.enable",
    "auto.offset.reset",
    "bootstrap.servers",
    "delivery.report.only.error",
    "delivery.timeout.ms",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "enable.partition.eof",
    "fetch.message.max.bytes",
    "fetch.queue.backoff.ms",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "heartbeat.interval.ms",
    "max.in.flight",
    "max.in.flight.requests.per.connection",
    "max.partition.fetch.bytes",
    "message.max.bytes",
    "message.send.max.retries",
    "message.timeout.ms",
    "metadata.broker.list",
    "partition.assignment.strategy",
    "queue.buffering.max.kbytes",
    "queued.max.messages.kbytes",
    "request.required.acks",
    "retries",
    "session.timeout.ms",
    "transactional.id",
];

/// So much of a partition waits in librdkafka until there is room for it at the member, and so much more may come with an answer, or one
/// record (KIP-74). How long it then asks for nothing: a second by default, in which a member that is quick would have nothing to do.
const WAITING_KBYTES: &str = "1024";
const ANSWER_BYTES: &str = "262144";
const ASKS_AGAIN_MS: &str = "5";

/// What a record takes besides its key, headers and value: a bound of the framing of a batch.
const FRAMING: usize = 64 * 1024;

impl KafkaSettings {
    /// Refuses what would break the contract.
    pub(super) fn check(&self) -> Result<(), LogError> {
        match self.properties.keys().find(|name| FIXED.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(LogError::Misconfigured(format!(
                "{name} cannot be set: what the log promises rests on it"
            ))),
        }
    }

    /// The most bytes of a batch of one record.
    pub(super) fn message_bytes(&self) -> usize {
        self.limits.record_bytes + FRAMING
    }

    /// A client that asks and commands, and neither reads nor writes.
    pub(super) fn admin(&self) -> ClientConfig {
        self.client()
    }

    /// What a client that is asked for nothing else is told by.
    pub(super) fn quiet(&self) -> Quiet {
        Quiet::new(self.asked())
    }

    /// What a client is told when it asks for a token.
    pub(super) fn asked(&self) -> Asked {
        Asked(self.tokens.clone())
    }

    fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", "plimsoll")
            .set("socket.timeout.ms", millis(self.request_timeout))
            .set("socket.nagle.disable", "true")
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "1000")
            .set("log.connection.close", "false");
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config
    }

    /// A producer that keeps order and writes nothing twice by itself. A record that was taken is sent until it is there, or the producer ends
    /// with it: one that was given up while those behind it are sent would leave a gap, which readers cannot tell from what is old.
    pub(super) fn producer(&self) -> ClientConfig {
        let mut config = self.client();
        config
            .set("enable.idempotence", "true")
            .set("enable.gapless.guarantee", "true")
            .set("acks", "all")
            .set("message.timeout.ms", "0")
            .set("message.max.bytes", self.message_bytes().to_string())
            .set("queue.buffering.max.kbytes", "65536");
        self.or_else(&mut config, "linger.ms", "0");
        self.or_else(&mut config, "statistics.interval.ms", INTERVAL);
        config
    }

    /// Sets what nobody has said.
    fn or_else(&self, config: &mut ClientConfig, name: &str, value: &str) {
        if !self.properties.contains_key(name) {
            config.set(name, value);
        }
    }

    /// A consumer that joins its group.
    pub(super) fn member(&self, group: &str) -> ClientConfig {
        let mut config = self.consumer(group);
        self.or_else(&mut config, "statistics.interval.ms", INTERVAL);
        config
    }

    /// A consumer of a group that only asks about it.
    pub(super) fn consumer(&self, group: &str) -> ClientConfig {
        let mut config = self.client();
        config
            .set("group.id", group)
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", millis(self.session))
            .set("heartbeat.interval.ms", millis(self.heartbeat))
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            .set("allow.auto.create.topics", "false")
            .set("fetch.message.max.bytes", ANSWER_BYTES)
            .set("queued.max.messages.kbytes", WAITING_KBYTES)
            .set("fetch.queue.backoff.ms", ASKS_AGAIN_MS);
        config
    }
}

fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> KafkaSettings {
        KafkaSettings {
            properties: BTreeMap::from([(name.to_owned(), value.to_owned())]),
            ..KafkaSettings::default()
        }
    }

    #[test]
    fn what_the_contract_rests_on_is_refused() {
        assert!(with("security.protocol", "SASL_SSL").check().is_ok());
        for name in FIXED {
            assert_eq!(with(name, "x").check().unwrap_err().code(), "LOG_MISCONFIGURED", "{name}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let shown = format!("{:?}", with("sasl.password", "hunter2"));
        assert!(shown.contains("sasl.password"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
