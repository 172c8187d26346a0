//! How many pods a workload has at the least.

use kube_model::{Object, Path};
use serde_json::Value;

use super::{View, Workload};

/// The fewest pods that a workload is meant to have, and which field says so.
pub(crate) struct Floor<'a> {
    pub(crate) pods: i64,
    /// The object that says so: the workload or its autoscaler.
    pub(crate) object: &'a Object,
    pub(crate) path: Path,
    pub(crate) from: Source,
}

/// Where the number of pods comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// `spec.replicas`.
    Replicas,
    /// The default of `spec.replicas`, which is 1.
    Default,
    /// The lower bound of an autoscaler.
    Autoscaler,
}

/// An object that changes the number of pods of a workload.
pub(crate) struct Autoscaler<'a> {
    pub(crate) object: &'a Object,
    /// Where its lower bound stands.
    pub(crate) path: Path,
    pub(crate) least: i64,
}

const KEDA: &str = "ScaledObject";
const SCALABLE: [&str; 5] = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"];

/// The fewest pods that a workload is meant to have; none for kinds that are not scaled.
///
/// An autoscaler's lower bound counts rather than `spec.replicas`, unless that is 0, which switches the
/// autoscaler off (Kubernetes documentation, "Horizontal Pod Autoscaling", "Implicit maintenance-mode
/// deactivation").
pub(crate) fn floor<'a>(view: &View<'a>, workload: &Workload<'a>) -> Option<Floor<'a>> {
    if !SCALABLE.contains(&workload.object.key.kind.as_str()) {
        return None;
    }
    let replicas = workload.replicas().and_then(Value::as_i64);
    if replicas != Some(0)
        && let Some(autoscaler) = autoscaler_of(view, workload)
    {
        let Autoscaler { object, path, least } = autoscaler;
        return Some(Floor { pods: least, object, path, from: Source::Autoscaler });
    }
    let from = if replicas.is_some() { Source::Replicas } else { Source::Default };
    let path = Path::root().key("spec").key("replicas");
    Some(Floor { pods: replicas.unwrap_or(1), object: workload.object, path, from })
}

/// The autoscaler of a workload: a HorizontalPodAutoscaler, or KEDA's ScaledObject.
pub(crate) fn autoscaler_of<'a>(view: &View<'a>, workload: &Workload<'_>) -> Option<Autoscaler<'a>> {
    view.scaler_of(workload.object).map(autoscaler)
}

/// Kind and name of what an object scales, if it is an autoscaler.
pub(crate) fn scaled_by(object: &Object) -> Option<(&str, &str)> {
    let default_kind = match (object.key.group.as_str(), object.key.kind.as_str()) {
        ("autoscaling", "HorizontalPodAutoscaler") => None,
        ("keda.sh", KEDA) => Some("Deployment"),
        _ => return None,
    };
    let kind = object.text(&["spec", "scaleTargetRef", "kind"]).or(default_kind)?;
    Some((kind, object.text(&["spec", "scaleTargetRef", "name"])?))
}

fn autoscaler(object: &Object) -> Autoscaler<'_> {
    let (field, default) = match object.key.kind.as_str() {
        KEDA => ("minReplicaCount", 0),
        _ => ("minReplicas", 1),
    };
    let least = object.at(&["spec", field]).and_then(Value::as_i64).unwrap_or(default);
    Autoscaler { object, path: Path::root().key("spec").key(field), least }
}
