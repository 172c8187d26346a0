//! The section `kafka`: the log on Kafka, in place of the one in Postgres.

#[cfg(any(feature = "kafka", test))]
mod endpoint;
mod opened;
mod token;

use std::collections::BTreeMap;
use std::path::PathBuf;
#[cfg(feature = "kafka")]
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::registry::RegistrySettings;
use crate::secret::Secret;
pub(crate) use opened::OpenedLog;
pub use token::TokenSettings;

/// The section `kafka`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KafkaSettings {
    /// The brokers to begin with, `HOST:PORT`, separated by commas. Without it the log is in Postgres.
    pub brokers: Option<String>,
    /// How many brokers keep each topic, at least.
    pub replication: u16,
    /// How many of them have a record before it is acknowledged, at least (`min.insync.replicas`).
    pub min_insync: u16,
    /// How long a member of a group that is not heard of keeps its partitions, in seconds.
    pub session_seconds: u64,
    /// How long a broker may take to answer, in seconds.
    pub request_timeout_seconds: u64,
    /// A name that this process has each time that it is started, and no other has (`group.instance.id`).
    pub instance: Option<String>,
    /// Whether connections are encrypted; where nothing is said, they are if there is anything about TLS or SASL.
    pub tls: Option<bool>,
    /// The certificates of the authorities that the brokers' are signed by, as PEM; the system's if it is not said.
    pub tls_ca: Option<String>,
    /// This process' certificate, as PEM.
    pub tls_certificate: Option<String>,
    /// Its key, as PEM.
    pub tls_key: Option<Secret<String>>,
    /// How this process says who it is: `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512` or `OAUTHBEARER`.
    pub sasl_mechanism: Option<String>,
    /// As who.
    pub sasl_username: Option<String>,
    /// With which password.
    pub sasl_password: Option<Secret<String>>,
    /// For `OAUTHBEARER`, a file with a token (a JWT) that somebody else keeps fresh; it is read again before each ends.
    pub sasl_token_path: Option<PathBuf>,
    /// For `OAUTHBEARER`, in place of a file: an endpoint that gives tokens.
    pub token: TokenSettings,
    /// Further settings of librdkafka, by their names.
    pub properties: BTreeMap<String, Secret<String>>,
    /// The schema registry.
    pub registry: RegistrySettings,
}

impl Default for KafkaSettings {
    fn default() -> Self {
        Self {
            brokers: None,
            replication: 3,
            min_insync: 2,
            session_seconds: 6,
            request_timeout_seconds: 10,
            instance: None,
            tls: None,
            tls_ca: None,
            tls_certificate: None,
            tls_key: None,
            sasl_mechanism: None,
            sasl_username: None,
            sasl_password: None,
            sasl_token_path: None,
            token: TokenSettings::default(),
            properties: BTreeMap::new(),
            registry: RegistrySettings::default(),
        }
    }
}

const MECHANISMS: [&str; 4] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", TOKENS];
const TOKENS: &str = "OAUTHBEARER";

impl KafkaSettings {
    /// The brokers, if the log is on Kafka.
    ///
    /// # Errors
    /// `CONFIG_INVALID`: settings contradict each other. `KAFKA_NOT_BUILT`: this program has no Kafka in it.
    pub fn brokers(&self) -> Result<Option<&str>, Failure> {
        let Some(brokers) = &self.brokers else {
            return match self.is_about_access() || self.registry.url.is_some() {
                true => Err(invalid("kafka.brokers", "it is not said, and other settings of kafka are")),
                false => Ok(None),
            };
        };
        self.check()?;
        match cfg!(feature = "kafka") {
            true => Ok(Some(brokers)),
            false => {
                let why = "kafka.brokers is set, and this program was built without Kafka";
                Err(Failure::unhandled("KAFKA_NOT_BUILT", why))
            }
        }
    }

    fn check(&self) -> Result<(), Failure> {
        if self.min_insync == 0 || self.min_insync > self.replication {
            return Err(invalid("kafka.min_insync", "it is at least 1, and at most kafka.replication"));
        }
        if self.session_seconds == 0 || self.request_timeout_seconds == 0 {
            return Err(invalid("kafka", "session_seconds and request_timeout_seconds are at least 1"));
        }
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            return Err(invalid("kafka.tls_key", "a certificate and its key are given together"));
        }
        if self.tls == Some(false) && self.is_about_tls() {
            return Err(invalid("kafka.tls", "it is false, and other settings are about TLS"));
        }
        match &self.sasl_mechanism {
            Some(mechanism) if !MECHANISMS.contains(&mechanism.as_str()) => Err(invalid(
                "kafka.sasl_mechanism",
                "it is one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER",
            )),
            Some(mechanism) if mechanism == TOKENS => self.check_tokens(),
            _ if self.has_tokens() => {
                Err(invalid("kafka.sasl_mechanism", "it is said where tokens are, so it is OAUTHBEARER"))
            }
            Some(_) if self.sasl_username.is_none() || self.sasl_password.is_none() => {
                Err(invalid("kafka.sasl_username", "who has a mechanism has a name and a password"))
            }
            None if self.has_password() => {
                Err(invalid("kafka.sasl_mechanism", "it is not said, and a name or a password is"))
            }
            _ => Ok(()),
        }
    }

    fn check_tokens(&self) -> Result<(), Failure> {
        match (&self.sasl_token_path, self.token.is_said(), self.has_password()) {
            (Some(_), false, false) => Ok(()),
            (None, true, false) => self.token.check(),
            _ => Err(invalid(
                "kafka.sasl_token_path",
                "who has tokens has their file or kafka.token.url, and neither a name nor a password",
            )),
        }
    }

    fn has_tokens(&self) -> bool {
        self.sasl_token_path.is_some() || self.token.is_said()
    }

    fn has_password(&self) -> bool {
        self.sasl_username.is_some() || self.sasl_password.is_some()
    }

    fn is_about_tls(&self) -> bool {
        self.tls_ca.is_some() || self.tls_certificate.is_some() || self.tls_key.is_some()
    }

    fn is_about_access(&self) -> bool {
        let sasl = self.sasl_mechanism.is_some() || self.has_tokens() || self.has_password();
        self.tls.is_some() || self.is_about_tls() || sasl
    }

    /// The settings of librdkafka that say how to get in.
    #[cfg(any(feature = "kafka", test))]
    fn access(&self) -> BTreeMap<String, String> {
        let mut access = BTreeMap::new();
        let is_tls = self.tls.unwrap_or(self.is_about_access());
        let protocol = match (is_tls, self.sasl_mechanism.is_some()) {
            (false, false) => "PLAINTEXT",
            (false, true) => "SASL_PLAINTEXT",
            (true, false) => "SSL",
            (true, true) => "SASL_SSL",
        };
        let secret = |secret: &Option<Secret<String>>| secret.as_ref().map(|secret| secret.expose().clone());
        for (name, value) in [
            ("security.protocol", Some(protocol.to_owned())),
            ("ssl.ca.pem", self.tls_ca.clone()),
            ("ssl.certificate.pem", self.tls_certificate.clone()),
            ("ssl.key.pem", secret(&self.tls_key)),
            ("sasl.mechanism", self.sasl_mechanism.clone()),
            ("sasl.username", self.sasl_username.clone()),
            ("sasl.password", secret(&self.sasl_password)),
        ] {
            access.extend(value.map(|value| (name.to_owned(), value)));
        }
        let further = self.properties.iter().map(|(name, value)| (name.clone(), value.expose().clone()));
        access.extend(further);
        access
    }
}

fn invalid(key: &str, why: &str) -> Failure {
    Failure::unhandled("CONFIG_INVALID", format!("{key}: {why}"))
}

#[cfg(feature = "kafka")]
impl KafkaSettings {
    /// Where tokens come from, if anywhere.
    fn tokens(&self) -> Result<Option<Arc<dyn event_log::Tokens>>, Failure> {
        match &self.sasl_token_path {
            Some(path) => Ok(Some(Arc::new(event_log::TokenFile(path.clone())))),
            None if self.token.is_said() => {
                let endpoint = endpoint::Endpoint::new(&self.token, Arc::new(crate::clock::SystemClock))?;
                Ok(Some(Arc::new(endpoint)))
            }
            None => Ok(None),
        }
    }

    /// The log, if it is on Kafka. Brokers that are away are no error yet.
    ///
    /// # Errors
    /// As [`KafkaSettings::brokers`], and `LOG_MISCONFIGURED`: librdkafka does not take a setting.
    pub async fn connect(&self) -> Result<Option<event_log::KafkaLog>, Failure> {
        use std::time::Duration;
        let Some(brokers) = self.brokers()? else { return Ok(None) };
        let session = Duration::from_secs(self.session_seconds);
        let settings = event_log::KafkaSettings {
            brokers: brokers.to_owned(),
            properties: self.access(),
            tokens: self.tokens()?,
            session,
            heartbeat: session / 3,
            request_timeout: Duration::from_secs(self.request_timeout_seconds),
            replication: self.replication,
            min_insync: self.min_insync,
            instance: self.instance.clone(),
            ..event_log::KafkaSettings::default()
        };
        Ok(Some(event_log::KafkaLog::connect(settings).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password() -> KafkaSettings {
        KafkaSettings {
            brokers: Some("a:9092".to_owned()),
            sasl_mechanism: Some("SCRAM-SHA-512".to_owned()),
            sasl_username: Some("plimsoll".to_owned()),
            sasl_password: Some(Secret::new("hunter2".to_owned())),
            ..KafkaSettings::default()
        }
    }

    fn somewhere() -> TokenSettings {
        TokenSettings {
            url: Some("https://idp.example/token".to_owned()),
            client_id: Some("plimsoll-cost".to_owned()),
            client_secret: Some(Secret::new("hunter2".to_owned())),
            ..TokenSettings::default()
        }
    }

    fn tokens(token: TokenSettings, path: Option<&str>) -> KafkaSettings {
        KafkaSettings {
            brokers: Some("a:9092".to_owned()),
            sasl_mechanism: Some(TOKENS.to_owned()),
            sasl_token_path: path.map(PathBuf::from),
            token,
            ..KafkaSettings::default()
        }
    }

    fn protocol(settings: &KafkaSettings) -> String {
        settings.access()["security.protocol"].clone()
    }

    /// A password goes over an encrypted connection unless somebody says otherwise.
    #[test]
    fn passwords_are_encrypted_unless_it_is_said() {
        assert_eq!(protocol(&KafkaSettings::default()), "PLAINTEXT");
        assert_eq!(protocol(&password()), "SASL_SSL");
        assert_eq!(protocol(&KafkaSettings { tls: Some(false), ..password() }), "SASL_PLAINTEXT");
        let ca = KafkaSettings { tls_ca: Some("PEM".to_owned()), ..KafkaSettings::default() };
        assert_eq!((protocol(&ca), ca.access()["ssl.ca.pem"].as_str()), ("SSL".to_owned(), "PEM"));
        assert_eq!(password().access()["sasl.password"], "hunter2");
        assert!(!format!("{:?}", password()).contains("hunter2"));
        assert_eq!(tokens(somewhere(), None).check(), Ok(()));
        assert_eq!(protocol(&tokens(somewhere(), None)), "SASL_SSL");
        assert!(!format!("{:?}", tokens(somewhere(), None)).contains("hunter2"));
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        let refused = |settings: KafkaSettings| settings.brokers().unwrap_err().to_string();
        let said = [
            (KafkaSettings { brokers: None, ..password() }, "kafka.brokers"),
            (KafkaSettings { sasl_password: None, ..password() }, "kafka.sasl_username"),
            (KafkaSettings { sasl_mechanism: None, ..password() }, "kafka.sasl_mechanism"),
            (
                KafkaSettings { sasl_mechanism: Some("GSSAPI".to_owned()), ..password() },
                "kafka.sasl_mechanism",
            ),
            (KafkaSettings { sasl_token_path: Some("token".into()), ..password() }, "kafka.sasl_mechanism"),
            (
                KafkaSettings { sasl_mechanism: Some("OAUTHBEARER".to_owned()), ..password() },
                "kafka.sasl_token_path",
            ),
            (KafkaSettings { token: somewhere(), ..password() }, "kafka.sasl_mechanism"),
            (tokens(TokenSettings::default(), None), "kafka.sasl_token_path"),
            (tokens(somewhere(), Some("token")), "kafka.sasl_token_path"),
            (tokens(TokenSettings { client_id: None, ..somewhere() }, None), "kafka.token"),
            (KafkaSettings { min_insync: 4, ..password() }, "kafka.min_insync"),
            (KafkaSettings { tls_certificate: Some("PEM".to_owned()), ..password() }, "kafka.tls_key"),
            (KafkaSettings { tls: Some(false), tls_ca: Some("PEM".to_owned()), ..password() }, "kafka.tls:"),
        ];
        for (settings, key) in said {
            let error = refused(settings);
            assert!(error.starts_with("CONFIG_INVALID: ") && error.contains(key), "{error}");
        }
        assert_eq!(KafkaSettings::default().brokers(), Ok(None));
    }

    #[cfg(not(feature = "kafka"))]
    #[test]
    fn a_program_without_kafka_says_so() {
        assert_eq!(password().brokers().unwrap_err().code(), "KAFKA_NOT_BUILT");
    }
}
