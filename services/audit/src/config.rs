//! How the audit is set up as a process of its own.

use serde::Deserialize;
use service::{Key, Secret};

/// How the audit is set up as a process of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The seed of the keys that sign checkpoints.
    pub signing_key: Secret<Key>,
}
