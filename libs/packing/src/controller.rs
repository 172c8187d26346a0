//! Whose pods they are.

use std::fmt;

use kube_model::Object;
use serde::Deserialize;

use crate::PackingError;
use crate::read::{Labels, or_default, part};

/// What makes pods: a Deployment, a StatefulSet, a pod by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Controller {
    /// Its kind.
    pub kind: String,
    /// Its namespace; `default` where the manifest names none.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnerFields {
    kind: String,
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    controller: bool,
}

impl Controller {
    /// By name: the order in which pods of one priority wait.
    pub(crate) fn turn(&self) -> (&str, &str, &str) {
        (&self.name, &self.namespace, &self.kind)
    }

    /// The controller that an object is.
    pub(crate) fn of(object: &Object) -> Self {
        Self {
            kind: object.key.kind.clone(),
            namespace: object.key.namespace.clone().unwrap_or_else(|| "default".to_owned()),
            name: object.key.name.clone(),
        }
    }

    /// The controller of a pod that runs: what made it, or the Deployment, Rollout or CronJob that made that. None for a
    /// pod that nothing would make anew.
    pub(crate) fn of_pod(pod: &Object) -> Result<Option<Self>, PackingError> {
        let owners: Vec<OwnerFields> = part(pod, &["metadata", "ownerReferences"])?;
        let labels: Labels = part(pod, &["metadata", "labels"])?;
        let Some(owner) = owners.into_iter().find(|owner| owner.controller) else { return Ok(None) };
        let made_by = |label: &str| {
            let hash = labels.get(label)?;
            owner.name.strip_suffix(hash.as_str())?.strip_suffix('-').map(str::to_owned)
        };
        let (kind, name) = match owner.kind.as_str() {
            "ReplicaSet" => match (made_by("rollouts-pod-template-hash"), made_by("pod-template-hash")) {
                (Some(name), _) => ("Rollout".to_owned(), name),
                (None, Some(name)) => ("Deployment".to_owned(), name),
                (None, None) => (owner.kind, owner.name),
            },
            _ => (owner.kind, owner.name),
        };
        let namespace = pod.key.namespace.clone().unwrap_or_else(|| "default".to_owned());
        Ok(Some(Self { kind, namespace, name }))
    }
}
