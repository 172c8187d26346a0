//! How the diff engine is set up.

use service::Secret;

/// How the diff engine is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// The key of the installation, of which each promotion's redaction key is derived.
    pub redaction_key: Secret<[u8; 32]>,
}
