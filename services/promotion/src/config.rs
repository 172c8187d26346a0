//! How the promotion service is set up as a process of its own.

use std::path::PathBuf;

use serde::Deserialize;
use service::Address;

/// How the promotion service is set up as a process of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the catalog is.
    pub catalog: Address,
    /// Where its mirrors of repositories are kept.
    pub mirrors: PathBuf,
}
