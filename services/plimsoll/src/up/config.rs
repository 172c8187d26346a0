//! What `plimsoll up` is told: a file, the environment (`PLIMSOLL_SECTION__KEY`), flags.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use service::{Settings, Sources};
use source::{MirrorOptions, Reach};

use crate::cli::Up;
use crate::failure::Failure;

/// The sections of the configuration.
const SECTIONS: [&str; 5] = ["gateway", "cost", "gitops", "git", "organisation"];

/// What `plimsoll up` is told.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) gateway: gateway::Config,
    pub(crate) cost: cost::Config,
    pub(crate) gitops: gitops::Config,
    pub(crate) git: Git,
    pub(crate) organisation: Organisation,
}

/// How repositories are reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Git {
    /// Whether a repository may be a directory of this machine. On a server that others use it may not.
    allow_local: bool,
    /// A file of the form that `git credential-store` reads.
    credentials: Option<PathBuf>,
    /// How many seconds one `git` may take.
    deadline_seconds: u64,
}

impl Default for Git {
    fn default() -> Self {
        Self { allow_local: false, credentials: None, deadline_seconds: 120 }
    }
}

/// The organisation that the first start makes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Organisation {
    /// Its name.
    pub(crate) name: String,
}

impl Default for Organisation {
    fn default() -> Self {
        Self { name: "default".to_owned() }
    }
}

impl Config {
    pub(crate) fn read(arguments: &Up) -> Result<Self, Failure> {
        let mut flags = arguments.set.clone();
        flags.extend(arguments.listen.map(|listen| ("gateway.listen".to_owned(), listen.to_string())));
        flags.extend(
            arguments.grpc_listen.map(|listen| ("gateway.grpc_listen".to_owned(), listen.to_string())),
        );
        let sources = Sources::of_process(arguments.config.clone(), flags);
        let fail = |error: service::ConfigError| Failure::told(error.code(), error.to_string());
        let settings = Settings::read(&sources, &SECTIONS).map_err(fail)?;
        Ok(Self {
            gateway: settings.section("gateway").map_err(fail)?,
            cost: settings.section("cost").map_err(fail)?,
            gitops: settings.section("gitops").map_err(fail)?,
            git: settings.section("git").map_err(fail)?,
            organisation: settings.section("organisation").map_err(fail)?,
        })
    }
}

impl Git {
    pub(crate) fn options(&self) -> MirrorOptions {
        MirrorOptions {
            reach: if self.allow_local { Reach::RemoteAndLocal } else { Reach::Remote },
            credentials: self.credentials.clone(),
            deadline: Duration::from_secs(self.deadline_seconds),
            ..MirrorOptions::default()
        }
    }
}
