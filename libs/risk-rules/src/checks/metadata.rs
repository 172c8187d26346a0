//! Names, labels and annotations.

use kube_model::{Object, Path};
use serde_json::Value;

use super::{Check, Look, Profile, Seen};
use crate::Impact::Notice;
use crate::model::{View, Workload};
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "default-namespace",
        group: Group::Configuration,
        title: "An object is in the namespace default",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#when-to-use-multiple-namespaces",
        remedy: "Give the application a namespace of its own.",
        fires: "`namespace: default`",
        near_miss: "no namespace: the object goes where it is applied",
        equivalents: &["kube-linter/use-namespace"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Object(
            &[
                "CronJob",
                "DaemonSet",
                "Deployment",
                "HorizontalPodAutoscaler",
                "Job",
                "NetworkPolicy",
                "Pod",
                "ReplicaSet",
                "ReplicationController",
                "Role",
                "RoleBinding",
                "Service",
                "ServiceAccount",
                "StatefulSet",
            ],
            default_namespace,
        ),
    },
    Check {
        id: "owner-label-missing",
        group: Group::Configuration,
        title: "A workload has no label owner",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
        remedy: "Add the label owner with the team that answers for it.",
        fires: "no label `owner`",
        near_miss: "`owner: payments`",
        equivalents: &["kube-linter/required-label-owner"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Workload(no_owner),
    },
    Check {
        id: "email-annotation-missing",
        group: Group::Configuration,
        title: "A workload has no annotation email with an address",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/",
        remedy: "Add the annotation email with an address of its owner.",
        fires: "no annotation `email`, or one without an address",
        near_miss: "`email: payments@shop.example`",
        equivalents: &["kube-linter/required-annotation-email"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Workload(no_email),
    },
];

fn default_namespace(_: &View<'_>, object: &Object) -> Vec<Seen> {
    let is_default = object.key.namespace.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("default"));
    let is_known = kube_model::scope::is_built_in_group(&object.key.group);
    if !is_default || !is_known {
        return Vec::new();
    }
    let message = "It is in the namespace default.".to_owned();
    let path = Path::root().key("metadata").key("namespace");
    vec![Seen::new(path, message).value(Some(&Value::from("default")))]
}

fn no_owner(_: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    if workload.object.at(&["metadata", "labels", "owner"]).is_some() {
        return Vec::new();
    }
    let path = Path::root().key("metadata").key("labels").key("owner");
    vec![Seen::new(path, "It has no label owner.".to_owned())]
}

/// Something, an `@`, and a domain with a dot somewhere in the text (kube-linter's expression is not anchored).
fn has_address(text: &str) -> bool {
    let is_local = |c: char| c.is_ascii_alphanumeric() || "_.+-".contains(c);
    let is_domain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.match_indices('@').any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(is_local);
        let after = &text[at + 1..];
        let domain = after.find(|c| !is_domain(c)).filter(|end| *end > 0);
        let rest = domain.map(|end| &after[end..]).and_then(|rest| rest.strip_prefix('.'));
        before && rest.and_then(|rest| rest.chars().next()).is_some_and(|c| is_domain(c) || c == '.')
    })
}

fn no_email(_: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let is = workload.object.at(&["metadata", "annotations", "email"]);
    if is.and_then(Value::as_str).is_some_and(has_address) {
        return Vec::new();
    }
    let path = Path::root().key("metadata").key("annotations").key("email");
    vec![Seen::new(path, "It has no annotation email with an address.".to_owned()).value(is)]
}
