//! How the catalog is set up as a process of its own.

use std::path::PathBuf;

use serde::Deserialize;

/// The section `waivers`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WaiverSettings {
    /// How many days ahead a waiver may end that is granted through the API.
    pub days: u32,
}

impl Default for WaiverSettings {
    /// A quarter: long enough to mend what is waived, short enough to be asked again.
    fn default() -> Self {
        Self { days: 90 }
    }
}

/// How the catalog is set up as a process of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where its mirrors of repositories are kept.
    pub mirrors: PathBuf,
}
