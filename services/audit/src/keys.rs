//! The keys that checkpoints are signed with: one an organisation, made of the installation's seed.

use std::sync::Arc;

use ids::OrgId;
use service::Secret;
use tlog::{KeyError, PublicKey, SigningKey, origin};

/// What origins of logs begin with.
pub const LOG_NAME: &str = "plimsoll.dev/audit";

/// The keys of an installation.
#[derive(Debug, Clone)]
pub struct Keys {
    seed: Arc<Secret<[u8; 32]>>,
}

impl Keys {
    /// The keys of this seed. One key signs for every organisation, each under a name of its own, so that no
    /// checkpoint of one can pass for another's.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed: Arc::new(Secret::new(seed)) }
    }

    /// The origin of an organisation's log.
    #[must_use]
    pub fn origin(org: OrgId) -> String {
        origin(LOG_NAME, &org.to_string())
    }

    /// The key of an organisation.
    ///
    /// # Errors
    /// Never: the name is of the right form.
    pub fn signing(&self, org: OrgId) -> Result<SigningKey, KeyError> {
        SigningKey::new(&Self::origin(org), self.seed.expose())
    }

    /// Its public half, which verifies.
    ///
    /// # Errors
    /// As [`Keys::signing`].
    pub fn public(&self, org: OrgId) -> Result<PublicKey, KeyError> {
        Ok(self.signing(org)?.public().clone())
    }
}
