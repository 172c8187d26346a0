//! Fields of pods that fit nothing else in them.

use std::collections::BTreeSet;

use kube_model::{Segment, shown};
use serde_json::Value;

use super::Refused;
use crate::model::{Workload, items};

/// What of a workload's pods is refused.
pub(super) fn add_refused(workload: &Workload<'_>, found: &mut Vec<Refused>) {
    found.extend(restart_policy(workload));
    add_mounts(workload, found);
}

/// Left out, it is Always, which no Job may have.
fn restart_policy(workload: &Workload<'_>) -> Option<Refused> {
    let value = workload.pod.get("restartPolicy").filter(|value| !value.is_null());
    let policy = value.map_or(Some("Always"), Value::as_str)?;
    let allowed = match workload.object.key.kind.as_str() {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" => "Always",
        "Job" | "CronJob" if policy == "Always" => "OnFailure or Never",
        _ => return None,
    };
    (policy != allowed).then(|| Refused {
        path: workload.path.key("restartPolicy"),
        value: Some(Value::from(policy)),
        message: format!(
            "Its restartPolicy is {}, and pods of a {} may have {allowed}: the API server refuses it.",
            shown(policy),
            workload.object.key.kind
        ),
        source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",
    })
}

/// Every mount names a volume of the pod, or a claim that a StatefulSet makes for it.
fn add_mounts(workload: &Workload<'_>, found: &mut Vec<Refused>) {
    let named = |value: &'_ Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
    let templates = items(workload.object.at(&["spec", "volumeClaimTemplates"]));
    let volumes: BTreeSet<String> = items(workload.pod.get("volumes"))
        .filter_map(named)
        .chain(templates.filter_map(|template| named(template.get("metadata")?)))
        .collect();
    for container in &workload.containers {
        for mount in items(container.value.get("volumeMounts")) {
            let (Some(volume), Some(place)) = (named(mount), mount.get("mountPath").and_then(Value::as_str))
            else {
                continue;
            };
            if volumes.contains(&volume) {
                continue;
            }
            let item = Segment::Item(vec![("mountPath".to_owned(), place.to_owned())]);
            found.push(Refused {
                path: container.path.key("volumeMounts").join(item),
                message: format!(
                    "The {} mounts the volume {} at {}, and its pod has no such volume: the API server refuses it.",
                    container.named(),
                    shown(&volume),
                    shown(place)
                ),
                value: Some(Value::from(volume)),
                source: "https://kubernetes.io/docs/concepts/storage/volumes/#how-volumes-work",
            });
        }
    }
}
