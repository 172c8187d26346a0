//! What the API server refuses.

use std::collections::BTreeSet;

use kube_model::{Object, Path, shown, shown_list};
use serde_json::Value;

use super::{Check, Look, Profile, Seen};
use crate::Impact::Harm;
use crate::model::{View, Workload};
use crate::pod_security::{self, Pod, Standard};
use crate::rules::immutable;
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "pod-security-refuses",
        group: Group::Rollout,
        title: "The namespace enforces a Pod Security standard that the pods break",
        levels: [Level::High, Level::High],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
        remedy: "Change what the standard forbids, or run the pods in a namespace that allows it.",
        fires: "`pod-security.kubernetes.io/enforce: restricted`, and a container without `drop: [ALL]`",
        near_miss: "the label is `warn` or `audit`",
        equivalents: &[],
        seen_by: &[],
        risk: Harm.certain(),
        look: Look::Workload(refused_pods),
    },
    Check {
        id: "extensions-api",
        group: Group::Rollout,
        title: "An object is written in extensions/v1beta1",
        levels: [Level::High, Level::High],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
        remedy: "Write the object in the version that the migration guide names.",
        fires: "a Deployment in `extensions/v1beta1`",
        near_miss: "a Deployment in `apps/v1`",
        equivalents: &["kube-linter/no-extensions-v1beta"],
        seen_by: &["api-version-gone"],
        risk: Harm.likely(),
        look: Look::Object(
            &["DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "PodSecurityPolicy", "ReplicaSet"],
            extensions,
        ),
    },
    Check {
        id: "selector-not-its-own",
        group: Group::Rollout,
        title: "A workload has no selector, or one that its own pods do not match",
        levels: [Level::High, Level::High],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
        remedy: "Give the pod template the labels of the selector.",
        fires: "`matchLabels: {app: web}`, and pods with `app: shop`",
        near_miss: "pods that have more labels than the selector names",
        equivalents: &["kube-linter/mismatching-selector"],
        seen_by: &["selector-misses-its-pods"],
        risk: Harm.certain(),
        look: Look::Object(&["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"], selector),
    },
];

/// The namespace of a workload, if the files have it.
fn namespace_of<'a>(view: &View<'a>, workload: &Workload<'_>) -> Option<&'a Object> {
    let name = workload.object.key.namespace.as_deref()?;
    view.of_kind("Namespace").find(|namespace| namespace.key.name == name)
}

fn refused_pods(view: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let enforced = namespace_of(view, workload).and_then(pod_security::enforced);
    let Some((standard, version)) = enforced else { return Vec::new() };
    let violations = pod_security::violations(&Pod::of(workload), standard, version);
    if violations.is_empty() {
        return Vec::new();
    }
    let controls: BTreeSet<&str> = violations.iter().map(|(control, _)| control.title).collect();
    let controls: Vec<String> = controls.into_iter().map(str::to_owned).collect();
    let name = match standard {
        Standard::Baseline => "baseline",
        Standard::Restricted => "restricted",
    };
    let message = format!(
        "The namespace {} enforces the {name} standard, and refuses these pods for {}.",
        shown(workload.object.key.namespace.as_deref().unwrap_or_default()),
        shown_list(&controls, 6)
    );
    vec![Seen::new(workload.path.clone(), message).value(Some(&Value::from(controls)))]
}

fn extensions(_: &View<'_>, object: &Object) -> Vec<Seen> {
    let version = object.api_version.strip_prefix("extensions/");
    if !version.is_some_and(|version| version.starts_with("v1beta")) {
        return Vec::new();
    }
    let message = format!("No maintained version of Kubernetes has {}.", shown(&object.api_version));
    let value = Value::from(object.api_version.as_str());
    vec![Seen::new(Path::root().key("apiVersion"), message).value(Some(&value))]
}

fn selector(_: &View<'_>, object: &Object) -> Vec<Seen> {
    let selector = object.at(&["spec", "selector"]).and_then(Value::as_object);
    let is_empty = selector.is_none_or(|selector| {
        selector.values().all(|part| {
            part.as_object().is_none_or(serde_json::Map::is_empty)
                && part.as_array().is_none_or(Vec::is_empty)
        })
    });
    let labels = ["spec", "template", "metadata", "labels"];
    let (path, message) = match is_empty {
        true => (Path::root().key("spec").key("selector"), "It has no selector: the API server refuses it."),
        false if immutable::misses(object) => (
            Path::keys(labels),
            "Its selector does not match the labels of its own pods: the API server refuses it.",
        ),
        false => return Vec::new(),
    };
    // Before apps/v1 the selector was taken from the pods' labels.
    if is_empty && object.api_version != "apps/v1" {
        return Vec::new();
    }
    vec![Seen::new(path, message.to_owned()).value(object.at(&labels))]
}
