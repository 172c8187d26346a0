//! What is known of the clusters beside the manifests.

use std::str::FromStr;

use clap::Args;

/// What is known of the target's cluster beside its manifests and nodes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Risk options")]
pub(crate) struct Known {
    /// The version of the target's API server, as 1.33 [default: the newest kubelet's among --nodes]
    #[arg(long, value_name = "VERSION")]
    pub(crate) kubernetes_version: Option<KubernetesVersion>,
}

/// Major and minor version of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KubernetesVersion(pub(crate) (u32, u32));

impl FromStr for KubernetesVersion {
    type Err = String;

    /// `1.33`, `v1.33.4`, `1.33+`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).splitn(3, '.');
        let mut number =
            || parts.next().map(|part| part.trim_end_matches('+')).and_then(|part| part.parse().ok());
        match (number(), number()) {
            (Some(major), Some(minor)) => Ok(Self((major, minor))),
            _ => Err("expected a version of Kubernetes, as 1.33".to_owned()),
        }
    }
}
