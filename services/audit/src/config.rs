//! How the audit is set up as a process of its own.

use serde::Deserialize;
use service::{Address, Key, Secret};

/// How the audit is set up as a process of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where its gRPC service is served.
    pub listen: Address,
    /// With which the gateway vouches for callers.
    pub identity_key: Secret<Key>,
    /// The seed of the keys that sign checkpoints.
    pub signing_key: Secret<Key>,
}
