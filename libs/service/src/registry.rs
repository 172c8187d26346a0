//! The section `kafka.registry`: a schema registry, whose numbers are on the log in place of the bundled ones.

use std::sync::Arc;
use std::time::Duration;

use event_log::EventLog;
use schema_registry::{NumberStore, Numbers, RegisteredLog, Registry, RegistryError};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::secret::Secret;

/// The section `kafka.registry`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct RegistrySettings {
    /// Where it is, up to what `/subjects` follows. Without it, the bundled numbers are on the log.
    pub url: Option<String>,
    /// As whom it is asked, if it wants to know.
    pub username: Option<String>,
    /// With which password.
    pub password: Option<Secret<String>>,
    /// The certificates of the authorities that are trusted for it, as PEM; the usual ones if it is not said.
    pub ca: Option<String>,
    /// How long it may take to answer, in seconds.
    pub timeout_seconds: u64,
}

impl Default for RegistrySettings {
    fn default() -> Self {
        Self { url: None, username: None, password: None, ca: None, timeout_seconds: 5 }
    }
}

impl RegistrySettings {
    /// The registry, if there is one. It is not asked yet.
    ///
    /// # Errors
    /// `CONFIG_INVALID`.
    pub fn registry(&self) -> Result<Option<Registry>, Failure> {
        let Some(url) = self.url.clone() else { return Ok(None) };
        if self.timeout_seconds == 0 {
            let why = "kafka.registry.timeout_seconds: it is at least 1";
            return Err(Failure::unhandled("CONFIG_INVALID", why));
        }
        let settings = schema_registry::RegistrySettings {
            url,
            username: self.username.clone(),
            password: self.password.as_ref().map(|password| password.expose().clone()),
            ca: self.ca.clone(),
            timeout: Duration::from_secs(self.timeout_seconds),
        };
        Ok(Some(Registry::new(&settings)?))
    }

    /// The log with the registry's numbers on it, if there is a registry. What is looked up is kept in the database of this URL.
    pub(crate) async fn over(&self, log: Arc<dyn EventLog>, url: &str) -> Result<Arc<dyn EventLog>, Failure> {
        let Some(registry) = self.registry()? else { return Ok(log) };
        let store = NumberStore::open(url).await?;
        let numbers = Numbers::look_up(registry, &store).await?;
        Ok(Arc::new(RegisteredLog::new(log, numbers)))
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        match error.is_transient() {
            true => Self::unavailable(error.code(), error.to_string()),
            false => Self::unhandled(error.code(), error.to_string()),
        }
    }
}
