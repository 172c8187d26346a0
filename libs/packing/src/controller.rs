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
    #[must_use]
    pub fn of(object: &Object) -> Self {
        Self {
            kind: object.key.kind.clone(),
            namespace: object.key.namespace.clone().unwrap_or_else(|| "default".to_owned()),
            name: object.key.name.clone(),
        }
    }

    /// The object that its `ownerReferences` name as its controller.
    pub(crate) fn owner(object: &Object) -> Result<Option<Self>, PackingError> {
        let owners: Vec<OwnerFields> = part(object, &["metadata", "ownerReferences"])?;
        let named = owners.into_iter().find(|owner| owner.controller);
        Ok(named.map(|OwnerFields { kind, name, .. }| Self { kind, name, ..Self::of(object) }))
    }

    /// The controller of a pod that runs: what made it, or the Deployment, Rollout or CronJob that made that; by their labels the
    /// Knative Service or ScaledJob that did. None for a pod that nothing would make anew.
    pub(crate) fn of_pod(pod: &Object) -> Result<Option<Self>, PackingError> {
        let labels: Labels = part(pod, &["metadata", "labels"])?;
        let Some(owner) = Self::owner(pod)? else { return Ok(None) };
        let made_by = |label: &str| {
            let hash = labels.get(label)?;
            owner.name.strip_suffix(hash.as_str())?.strip_suffix('-').map(str::to_owned)
        };
        for (kind, label) in
            [("Service", "serving.knative.dev/service"), ("ScaledJob", "scaledjob.keda.sh/name")]
        {
            if let Some(name) = labels.get(label) {
                return Ok(Some(Self { kind: kind.to_owned(), name: name.clone(), ..owner }));
            }
        }
        Ok(Some(match owner.kind.as_str() {
            "ReplicaSet" => match (made_by("rollouts-pod-template-hash"), made_by("pod-template-hash")) {
                (Some(name), _) => Self { kind: "Rollout".to_owned(), name, ..owner },
                (None, Some(name)) => Self { kind: "Deployment".to_owned(), name, ..owner },
                (None, None) => owner,
            },
            _ => owner,
        }))
    }
}
