//! How the diff engine is set up.

use std::path::PathBuf;

use serde::Deserialize;
use service::{Key, Secret};
use source::{Commands, HelmOptions, Programs};

/// How the diff engine is set up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where its mirrors of repositories are kept.
    pub mirrors: PathBuf,
    /// The key of the installation, of which each promotion's redaction key is derived.
    pub redaction_key: Secret<Key>,
}

/// The section `render`: the programs that render. Each runs in a sandbox, without credentials.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RenderSettings {
    /// The `helm` command, version 3 or 4; none looks for it in `PATH` when the first chart is rendered.
    pub helm: Option<PathBuf>,
}

impl RenderSettings {
    pub(crate) fn programs(&self) -> Programs {
        let helm = HelmOptions { program: self.helm.clone(), ..HelmOptions::default() };
        Programs::new(helm, Commands::default())
    }
}
