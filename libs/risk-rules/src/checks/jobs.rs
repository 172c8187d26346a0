//! Work that ends.

use kube_model::{Object, Path};
use serde_json::Value;

use super::{Check, Look, Profile, Seen};
use crate::Impact::Notice;
use crate::model::{View, Workload};
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "finished-job-kept",
        group: Group::Rollout,
        title: "A Job that is done stays for ever, or a CronJob's goes before its history says",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/",
        remedy: "Set ttlSecondsAfterFinished for a Job of its own; leave a CronJob to its history limits.",
        fires: "a Job without `ttlSecondsAfterFinished`",
        near_miss: "a hook that is deleted by Helm or Argo CD",
        equivalents: &["kube-linter/job-ttl-seconds-after-finished"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Object(&["Job", "CronJob"], time_to_live),
    },
    Check {
        id: "restart-policy-never",
        group: Group::Availability,
        title: "Pods that fail are not started again",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",
        remedy: "Use Always or OnFailure, or let the Job try again (backoffLimit).",
        fires: "a Pod with `restartPolicy: Never`; a Job with it and `backoffLimit: 0`",
        near_miss: "no `restartPolicy`, which means Always; a Job that tries again in a new pod",
        equivalents: &["kube-linter/restart-policy"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Workload(never_restarted),
    },
];

const DELETED: [&str; 3] =
    ["helm.sh/hook-delete-policy", "argocd.argoproj.io/hook-delete-policy", "argocd.argoproj.io/hook"];

fn time_to_live(_: &View<'_>, object: &Object) -> Vec<Seen> {
    if object.key.group != "batch" {
        return Vec::new();
    }
    let annotations = object.at(&["metadata", "annotations"]);
    let is_hook = DELETED.iter().any(|key| annotations.is_some_and(|map| map.get(key).is_some()));
    let field = "ttlSecondsAfterFinished";
    let (path, message) = match object.key.kind.as_str() {
        "Job" if object.at(&["spec", field]).is_none() && !is_hook => (
            Path::root().key("spec").key(field),
            "The Job stays when it is done (ttlSecondsAfterFinished is not set).",
        ),
        "CronJob" if object.at(&["spec", "jobTemplate", "spec", field]).is_some() => (
            Path::root().key("spec").key("jobTemplate").key("spec").key(field),
            "Its Jobs go by ttlSecondsAfterFinished, whatever its history limits say.",
        ),
        _ => return Vec::new(),
    };
    vec![
        Seen::new(path.clone(), message.to_owned())
            .value(path.get(object.key.schema(), &object.value).as_deref()),
    ]
}

fn never_restarted(_: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let is = workload.pod.get("restartPolicy");
    let job = match workload.object.key.kind.as_str() {
        "Job" => workload.object.at(&["spec", "backoffLimit"]),
        "CronJob" => workload.object.at(&["spec", "jobTemplate", "spec", "backoffLimit"]),
        "Pod" => Some(&Value::Null),
        _ => None,
    };
    let is_final = job.is_some_and(|limit| limit.is_null() || limit.as_i64() == Some(0));
    if is.and_then(Value::as_str) != Some("Never") || !is_final {
        return Vec::new();
    }
    let message = "A pod of it that fails is not started again.".to_owned();
    vec![Seen::new(workload.path.key("restartPolicy"), message).value(is)]
}
