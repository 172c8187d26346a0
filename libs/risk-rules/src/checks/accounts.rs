//! The ServiceAccounts of pods.

use kube_model::shown;
use serde_json::Value;

use super::{Check, Look, Profile, Seen};
use crate::Impact::Notice;
use crate::model::{View, Workload};
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "default-account",
        group: Group::Security,
        title: "Pods run as the default ServiceAccount and get its token",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
        remedy: "Give the workload an account of its own, or set automountServiceAccountToken to false.",
        fires: "no `serviceAccountName`",
        near_miss: "no `serviceAccountName`, and `automountServiceAccountToken: false`",
        equivalents: &["kube-linter/default-service-account"],
        seen_by: &["service-account-switched"],
        risk: Notice.certain(),
        look: Look::Workload(default_account),
    },
    Check {
        id: "account-field-deprecated",
        group: Group::Configuration,
        title: "Pods name their account in the deprecated field serviceAccount",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec",
        remedy: "Use serviceAccountName.",
        fires: "`serviceAccount: web`",
        near_miss: "`serviceAccountName: web`",
        equivalents: &["kube-linter/deprecated-service-account-field"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Workload(deprecated_field),
    },
];

fn name<'a>(workload: &Workload<'a>, field: &str) -> Option<&'a str> {
    workload.pod.get(field).and_then(Value::as_str).filter(|name| !name.is_empty())
}

fn default_account(view: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let account = name(workload, "serviceAccountName").or_else(|| name(workload, "serviceAccount"));
    let mounts = |value: Option<&Value>| value.and_then(Value::as_bool);
    let field = "automountServiceAccountToken";
    // The pod's own word counts before its account's.
    let of_account = || view.named("ServiceAccount", "default", workload.object)?.value.get(field)?.as_bool();
    let mounted = mounts(workload.pod.get(field)).or_else(of_account).unwrap_or(true);
    if !mounted || account.is_some_and(|account| account != "default") {
        return Vec::new();
    }
    let message = "Its pods get the token of the default ServiceAccount, which all others share.".to_owned();
    let path = workload.path.key("serviceAccountName");
    vec![Seen::new(path, message).value(workload.pod.get("serviceAccountName"))]
}

fn deprecated_field(_: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let Some(account) = name(workload, "serviceAccount") else { return Vec::new() };
    let message =
        format!("The field serviceAccount, here {}, is an old name of serviceAccountName.", shown(account));
    vec![Seen::new(workload.path.key("serviceAccount"), message).value(workload.pod.get("serviceAccount"))]
}
