//! How the diff engine is set up.

use std::path::PathBuf;

use serde::Deserialize;
use service::{Key, Secret};
use source::{Commands, HelmOptions, Programs, RenderError};

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
    /// The commands that may render, each `NAME=PROGRAM [ARGUMENT…]`; the one named `kustomize` is what kustomizations with
    /// plugins and charts are handed to.
    pub commands: Vec<String>,
}

impl RenderSettings {
    /// The programs, which are looked for when they are first needed.
    ///
    /// # Errors
    /// `RENDER_COMMAND_SETTING`.
    pub fn programs(&self) -> Result<Programs, RenderError> {
        let helm = HelmOptions { program: self.helm.clone(), ..HelmOptions::default() };
        let commands = Commands::allow(&self.commands, helm.bounds)?;
        Ok(Programs::new(helm, commands))
    }
}
