//! What `plimsoll up` is told: a file, the environment (`PLIMSOLL_SECTION__KEY`), flags.

use repositories::GitSettings;
use serde::Deserialize;
use service::{Settings, Sources};

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
    pub(crate) git: GitSettings,
    pub(crate) organisation: Organisation,
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
