//! Where everything of a stack is: directories, ports, secrets.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::error::StackError;

/// How many brokers there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Brokers {
    /// One, which keeps everything alone.
    #[serde(rename = "1")]
    One,
    /// Three; each record is acknowledged when two have it.
    #[serde(rename = "3")]
    Three,
}

impl Brokers {
    /// Their numbers.
    #[must_use]
    pub fn numbers(self) -> std::ops::RangeInclusive<u16> {
        match self {
            Self::One => 1..=1,
            Self::Three => 1..=3,
        }
    }

    /// How many keep each topic.
    #[must_use]
    pub fn replication(self) -> u16 {
        *self.numbers().end()
    }

    /// How many have a record before it is acknowledged.
    #[must_use]
    pub fn min_insync(self) -> u16 {
        self.replication() / 2 + 1
    }
}

/// Whose numbers of schemas are on the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schemas {
    /// Those that the programs have in them.
    Bundled,
    /// A registry's, which is a part of the stack.
    Registered,
}

/// How many processes each service has that can share its work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Copies {
    /// One.
    #[default]
    #[serde(rename = "1")]
    One,
    /// Two, which share its partitions.
    #[serde(rename = "2")]
    Two,
}

/// What the processes share besides the log and the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shared {
    /// Nothing.
    #[default]
    Nothing,
    /// Blobs and the limits of tokens, in a Redis that is a part of the stack.
    InRedis,
}

/// The last that [`Layout::port`] may be: 99 follow.
pub const LAST_PORT: u16 = u16::MAX - 99;

/// What is fetched once for a machine: where `PLIMSOLL_CACHE` says, or below the home.
#[must_use]
pub fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/plimsoll");
    std::env::var_os("PLIMSOLL_CACHE").map_or_else(home, PathBuf::from)
}

/// Where `scripts/kafka/fetch.sh` puts Kafka and a schema registry: in a folder for each version of what it is to fetch, so that no other
/// is taken for it. It is there when all of it is.
#[must_use]
pub fn fetched() -> PathBuf {
    let versions = Sha256::digest(include_bytes!("../../../scripts/kafka/pom.xml"));
    let key: String = versions.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    cache().join("kafka").join(key)
}

/// Where everything of a stack is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The directory.
    pub directory: PathBuf,
    /// Where the programs of the services are.
    pub programs: PathBuf,
    /// Where `scripts/kafka/fetch.sh` has put what the servers need ([`fetched`]).
    pub cache: PathBuf,
    /// How many brokers.
    pub brokers: Brokers,
    /// Whose numbers of schemas are on the log.
    pub schemas: Schemas,
    /// How many processes each service has.
    #[serde(default)]
    pub copies: Copies,
    /// What they share.
    #[serde(default)]
    pub shared: Shared,
    /// The first of 100 ports.
    pub port: u16,
    /// Whether clients find the brokers on ports of their own, where somebody has to carry what comes to the brokers'.
    pub lines: bool,
}

impl Layout {
    pub(crate) fn make_directories(&self) -> Result<(), StackError> {
        for name in ["", "config", "log", "run", "data", "secrets"] {
            let path = self.directory.join(name);
            let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
            made.map_err(StackError::file(&path))?;
        }
        Ok(())
    }

    /// What another says otherwise, by the names of the options as they are written.
    pub(crate) fn otherwise(&self, other: &Self) -> String {
        let [own, others] = [self, other].map(|layout| serde_json::to_value(layout).unwrap_or_default());
        let fields = own.as_object().into_iter().flatten();
        let different = fields.filter(|(name, value)| others.get(name.as_str()) != Some(value));
        let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        different
            .map(|(name, value)| format!("{name} is {}, not {}", said(value), said(&others[name.as_str()])))
            .collect::<Vec<_>>()
            .join(", ")
    }

    pub(crate) fn jars(&self) -> PathBuf {
        self.cache.join("lib")
    }

    /// A file or directory below the stack's.
    #[must_use]
    pub fn at(&self, path: &str) -> PathBuf {
        self.directory.join(path)
    }

    /// Where the services speak to a broker.
    #[must_use]
    pub fn broker_port(&self, number: u16) -> u16 {
        self.port + number
    }

    /// Where they are told to speak to it.
    #[must_use]
    pub fn advertised_port(&self, number: u16) -> u16 {
        self.port + number + if self.lines { 30 } else { 0 }
    }

    /// How an administrator gets at the log.
    pub(crate) fn admin_config(&self) -> PathBuf {
        self.at("config/admin.toml")
    }

    pub(crate) fn internal_port(&self, number: u16) -> u16 {
        self.port + 10 + number
    }

    pub(crate) fn controller_port(&self, number: u16) -> u16 {
        self.port + 20 + number
    }

    /// Where Postgres is.
    #[must_use]
    pub fn postgres_port(&self) -> u16 {
        self.port + 40
    }

    pub(crate) fn redis_port(&self) -> u16 {
        self.port + 41
    }

    pub(crate) fn registry_port(&self) -> u16 {
        self.port + 42
    }

    /// Where REST is served; the port after it is gRPC's.
    #[must_use]
    pub fn api_port(&self) -> u16 {
        self.port + 50
    }

    /// What services find the brokers by.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        self.addresses(Self::advertised_port)
    }

    /// What an administrator finds them by, with [`Layout::admin`].
    #[must_use]
    pub fn internal_bootstrap(&self) -> String {
        self.addresses(Self::internal_port)
    }

    fn addresses(&self, port: fn(&Self, u16) -> u16) -> String {
        let of = |number| format!("127.0.0.1:{}", port(self, number));
        self.brokers.numbers().map(of).collect::<Vec<_>>().join(",")
    }

    /// The administrator of Kafka: name and password (SASL PLAIN).
    ///
    /// # Errors
    /// The secret cannot be read.
    pub fn admin(&self) -> Result<(&'static str, String), StackError> {
        Ok(("admin", self.secret("kafka-admin")?))
    }

    /// A secret of 32 bytes in hexadecimal digits, which is made when it is first asked for.
    ///
    /// # Errors
    /// It can be neither read nor made.
    pub fn secret(&self, name: &str) -> Result<String, StackError> {
        let path = self.at("secrets").join(name);
        if !path.exists() {
            let mut bytes = [0; 32];
            let random = Path::new("/dev/urandom");
            File::open(random)
                .and_then(|mut file| file.read_exact(&mut bytes))
                .map_err(StackError::file(random))?;
            let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            put(&path, &text)?;
        }
        fs::read_to_string(&path).map_err(StackError::file(&path))
    }
}

/// Writes a file for its owner alone.
pub(crate) fn put(path: &Path, text: &str) -> Result<(), StackError> {
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(true).write(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(StackError::file(path))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::shell::run;

    #[test]
    fn servers_are_looked_for_where_they_are_fetched_to() {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/kafka/fetch.sh");
        let said = run(Command::new("bash").args([script, "--only-say"]), "").unwrap();
        assert_eq!(Path::new(said.trim_end()), fetched());
    }
}
