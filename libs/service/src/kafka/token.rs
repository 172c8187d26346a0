//! The section `kafka.token`: where a process gets the tokens by which it comes in to Kafka (OAuth 2.0, client credentials).

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::secret::Secret;

/// The section `kafka.token`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenSettings {
    /// The token endpoint. Without it, nobody is asked.
    pub url: Option<String>,
    /// As which client it is asked.
    pub client_id: Option<String>,
    /// With which secret.
    pub client_secret: Option<Secret<String>>,
    /// What the token is to be good for, as the endpoint names it.
    pub scope: Option<String>,
    /// The certificates of the authorities that are trusted for it, as PEM; the usual ones if it is not said.
    pub ca: Option<String>,
    /// How long it may take to answer, in seconds.
    pub timeout_seconds: u64,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self { url: None, client_id: None, client_secret: None, scope: None, ca: None, timeout_seconds: 5 }
    }
}

impl TokenSettings {
    /// Whether anything is said of it.
    pub(super) fn is_said(&self) -> bool {
        let said = self.url.is_some() || self.client_id.is_some() || self.client_secret.is_some();
        said || self.scope.is_some() || self.ca.is_some()
    }

    /// Refuses what is not whole.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let whole = self.url.is_some() && self.client_id.is_some() && self.client_secret.is_some();
        match whole && self.timeout_seconds > 0 {
            true => Ok(()),
            false => {
                let why = "it has a url, a client_id and a client_secret, and timeout_seconds is at least 1";
                Err(Failure::unhandled("CONFIG_INVALID", format!("kafka.token: {why}")))
            }
        }
    }
}
