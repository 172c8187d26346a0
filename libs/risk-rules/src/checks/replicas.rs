//! How many pods there are.

use serde_json::Value;

use super::{Check, Look, Profile, Seen};
use crate::Impact::Notice;
use crate::model::{Source, View, Workload, floor};
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "fewer-than-three-replicas",
        group: Group::Availability,
        title: "A workload has fewer than three pods",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
        remedy: "Run three pods where users wait for an answer.",
        fires: "`replicas: 2`, or none, and nothing scales the workload",
        near_miss: "no `replicas`, and an autoscaler with `minReplicas: 3`",
        equivalents: &["kube-linter/minimum-three-replicas"],
        seen_by: &["replicas-cut", "replicas-dropped"],
        risk: Notice.certain(),
        look: Look::Workload(few),
    },
    Check {
        id: "no-rolling-update",
        group: Group::Availability,
        title: "A workload is not updated pod by pod",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy",
        remedy: "Use RollingUpdate, which is the default.",
        fires: "`strategy: {type: Recreate}`; `updateStrategy: {type: OnDelete}`",
        near_miss: "no strategy at all: the default is RollingUpdate",
        equivalents: &["kube-linter/no-rolling-update-strategy"],
        seen_by: &["rollout-empties-workload"],
        risk: Notice.certain(),
        look: Look::Workload(not_rolling),
    },
];

fn few(view: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let Some(workload) = view.workload_of(workload.object) else { return Vec::new() };
    let Some(floor) = floor(view, workload) else { return Vec::new() };
    // An autoscaler's bound is the autoscaler's.
    if floor.from == Source::Autoscaler || floor.pods >= 3 {
        return Vec::new();
    }
    let message = match floor.pods {
        1 => "It runs one pod.".to_owned(),
        pods => format!("It runs {pods} pods."),
    };
    vec![Seen::new(floor.path, message).value(workload.replicas())]
}

fn not_rolling(_: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let field = match workload.object.key.kind.as_str() {
        "Deployment" => "strategy",
        "StatefulSet" | "DaemonSet" => "updateStrategy",
        _ => return Vec::new(),
    };
    let is = workload.object.at(&["spec", field, "type"]);
    match is.and_then(Value::as_str) {
        None | Some("" | "RollingUpdate") => Vec::new(),
        Some(strategy) => {
            let message = format!("Its pods are not updated one by one ({}).", kube_model::shown(strategy));
            let path = kube_model::Path::root().key("spec").key(field).key("type");
            vec![Seen::new(path, message).value(is)]
        }
    }
}
