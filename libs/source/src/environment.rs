//! Which environment a source is.

use std::path::Path;

use application::Environment;

/// What is known of the environment that a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentInfo {
    /// Its name; without a `plimsoll.yaml` the last segment of its path.
    pub name: String,
    /// Its namespace, where `plimsoll.yaml` says it.
    pub namespace: Option<String>,
    /// Its cluster, where `plimsoll.yaml` says it.
    pub cluster: Option<String>,
}

impl From<&Environment> for EnvironmentInfo {
    fn from(environment: &Environment) -> Self {
        Self {
            name: environment.name.clone(),
            namespace: environment.namespace.clone(),
            cluster: environment.cluster.clone(),
        }
    }
}

impl From<&discovery::Environment> for EnvironmentInfo {
    fn from(environment: &discovery::Environment) -> Self {
        Self {
            name: environment.name.clone(),
            namespace: environment.namespace.clone(),
            cluster: environment.cluster.clone(),
        }
    }
}

impl EnvironmentInfo {
    /// An environment of which only the path is known: `overlays/staging` and `staging.yaml` are `staging`.
    pub(crate) fn named_by(path: &Path) -> Option<Self> {
        let name = match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml" | "yml" | "json") => path.file_stem(),
            _ => path.file_name(),
        };
        let name = name?.to_str()?.to_owned();
        Some(Self { name, namespace: None, cluster: None })
    }
}
