//! How the catalog is set up as a process of its own.

use std::path::PathBuf;

use serde::Deserialize;
use service::{Address, Key, Secret};

/// How the catalog is set up as a process of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where its gRPC service is served.
    pub listen: Address,
    /// With which the gateway vouches for callers.
    pub identity_key: Secret<Key>,
    /// Where its mirrors of repositories are kept.
    pub mirrors: PathBuf,
}
