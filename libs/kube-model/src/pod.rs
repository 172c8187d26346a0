//! Where the pods of a workload are described.

use serde_json::Value;

use crate::{Object, Path};

/// The path of the pod's `spec` in a workload of this kind; none for kinds that run no pods.
#[must_use]
pub fn spec_path(kind: &str) -> Option<&'static [&'static str]> {
    match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
            Some(&["spec", "template", "spec"])
        }
        "CronJob" => Some(&["spec", "jobTemplate", "spec", "template", "spec"]),
        "Pod" => Some(&["spec"]),
        // Argo Rollouts' Rollout has a Deployment's template.
        "Rollout" => Some(&["spec", "template", "spec"]),
        _ => None,
    }
}

/// The pod's `spec` of a workload, with its path.
#[must_use]
pub fn spec(object: &Object) -> Option<(Path, &Value)> {
    let keys = spec_path(&object.key.kind)?;
    let spec = keys.iter().try_fold(&*object.value, |value, key| value.get(key))?;
    Some((Path::keys(keys), spec))
}

/// The labels that the pods of a workload get, as a mapping.
#[must_use]
pub fn labels(object: &Object) -> Option<&serde_json::Map<String, Value>> {
    let keys = spec_path(&object.key.kind)?;
    let (_, holder) = keys.split_last()?;
    let holder = holder.iter().try_fold(&*object.value, |value, key| value.get(key))?;
    holder.get("metadata")?.get("labels")?.as_object()
}

/// The lists of containers that a pod's `spec` has, in the order in which they start.
pub const CONTAINER_LISTS: [&str; 2] = ["initContainers", "containers"];
