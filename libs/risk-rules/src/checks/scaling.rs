//! Autoscalers.

use kube_model::{Object, Path, scope, shown};
use serde_json::Value;

use super::{Check, Look, Profile, Seen};
use crate::Impact::{Harm, Notice};
use crate::model::{View, same_namespace};
use crate::{Group, Level};

const SCALERS: &[&str] = &["HorizontalPodAutoscaler", "ScaledObject"];
const DOCUMENT: &str = "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "autoscaler-fewer-than-three",
        group: Group::Availability,
        title: "An autoscaler may go below three pods",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: DOCUMENT,
        remedy: "Set the lower bound to three where users wait for an answer.",
        fires: "`minReplicas: 2`, or none",
        near_miss: "`minReplicas: 3`",
        equivalents: &["kube-linter/hpa-minimum-three-replicas"],
        seen_by: &["replicas-cut"],
        risk: Notice.certain(),
        look: Look::Object(SCALERS, few),
    },
    Check {
        id: "autoscaler-without-target",
        group: Group::Availability,
        title: "An autoscaler scales what is not there",
        levels: [Level::Low, Level::Medium],
        profile: Profile::Changed,
        source: DOCUMENT,
        remedy: "Make scaleTargetRef name a workload of its namespace.",
        fires: "`scaleTargetRef: {kind: Deployment, name: web}` without that Deployment",
        near_miss: "the Deployment is there, in the same namespace",
        equivalents: &["kube-linter/dangling-horizontalpodautoscaler"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Object(SCALERS, dangling),
    },
];

fn is_scaler(object: &Object) -> bool {
    matches!(object.key.group.as_str(), "autoscaling" | "keda.sh")
}

fn few(_: &View<'_>, scaler: &Object) -> Vec<Seen> {
    let (field, default) = match scaler.key.kind.as_str() {
        "ScaledObject" => ("minReplicaCount", 0),
        _ => ("minReplicas", 1),
    };
    let is = scaler.at(&["spec", field]);
    let least = is.and_then(Value::as_i64).unwrap_or(default);
    if !is_scaler(scaler) || least >= 3 {
        return Vec::new();
    }
    let message = format!("It may go down to {least} pod{}.", if least == 1 { "" } else { "s" });
    vec![Seen::new(Path::root().key("spec").key(field), message).value(is)]
}

fn dangling(view: &View<'_>, scaler: &Object) -> Vec<Seen> {
    let target = |field: &str| scaler.text(&["spec", "scaleTargetRef", field]);
    let (kind, name) = (target("kind").unwrap_or("Deployment"), target("name").unwrap_or_default());
    let version = target("apiVersion").unwrap_or("apps/v1");
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let is_there = match scope::is_built_in_group(group) {
        true => view.named(kind, name, scaler).is_some(),
        false => {
            view.custom(group, kind).any(|object| object.key.name == name && same_namespace(object, scaler))
        }
    };
    if !is_scaler(scaler) || is_there {
        return Vec::new();
    }
    // A state without workloads shows only a part, and says nothing about them.
    let sees_workloads = view.workloads.iter().any(|workload| same_namespace(workload.object, scaler));
    let risk = if sees_workloads { Harm.possible() } else { Notice.certain() };
    let message = format!("It scales {} {}, which is not in the files.", shown(kind), shown(name));
    let path = Path::root().key("spec").key("scaleTargetRef");
    vec![Seen::new(path, message).value(scaler.at(&["spec", "scaleTargetRef"])).risk(risk)]
}
