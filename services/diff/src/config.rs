//! How the diff engine is set up.

use std::path::PathBuf;

use serde::Deserialize;
use service::{Key, Secret};

/// How the diff engine is set up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where its mirrors of repositories are kept.
    pub mirrors: PathBuf,
    /// The key of the installation, of which each promotion's redaction key is derived.
    pub redaction_key: Secret<Key>,
}
