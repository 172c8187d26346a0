//! How a process reaches repositories: the section `git`, which every service that uses Git reads.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use source::{MirrorOptions, Reach};

/// How repositories are reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GitSettings {
    /// Whether a repository may be a directory of this machine. On a server that others use it may not.
    pub allow_local: bool,
    /// A file of the form that `git credential-store` reads.
    pub credentials: Option<PathBuf>,
    /// How many seconds one `git` may take.
    pub deadline_seconds: u64,
}

impl Default for GitSettings {
    /// Other machines' repositories, without credentials, two minutes.
    fn default() -> Self {
        Self { allow_local: false, credentials: None, deadline_seconds: 120 }
    }
}

impl GitSettings {
    /// For [`source::Mirrors`].
    #[must_use]
    pub fn options(&self) -> MirrorOptions {
        MirrorOptions {
            reach: if self.allow_local { Reach::RemoteAndLocal } else { Reach::Remote },
            credentials: self.credentials.clone(),
            deadline: Duration::from_secs(self.deadline_seconds),
            ..MirrorOptions::default()
        }
    }
}
