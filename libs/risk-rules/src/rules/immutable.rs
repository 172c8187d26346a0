//! Fields that Kubernetes does not let anyone change: the API server refuses the whole object.

mod job;
mod pod;
mod service;
mod volume;

use kube_model::{Object, Path, Quantity, shown_value};
use serde_json::Value;

use super::hooks::{self, kept};
use super::jobs::TIME_TO_LIVE;
use crate::Impact::Harm;
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Selector};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "immutable-field-changed",
        group: Group::Rollout,
        title: "A field that cannot be changed is changed",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#label-selector-updates",
        remedy: "Keep the field, or plan to delete and create the object anew, with the outage that this means.",
        fires: "`spec.selector` of a Deployment changes",
        near_miss: "a hook that is deleted before it is made anew, which is the default; a default is written out",
        equivalents: &[],
        check: Check::States(immutable_field_changed),
    },
    Rule {
        id: "selector-misses-its-pods",
        group: Group::Rollout,
        title: "A workload's selector does not match the labels of its own pods",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
        remedy: "Give the pod template the labels of the selector.",
        fires: "the labels of the pod template change, the selector does not",
        near_miss: "a label is added that the selector does not name",
        equivalents: &["kube-linter/mismatching-selector"],
        check: Check::States(selector_misses_its_pods),
    },
];

/// A field that cannot be changed once the object exists.
struct Immutable {
    kind: &'static str,
    path: &'static str,
    /// What the API server puts where the manifest says nothing; where that differs by cluster, only two
    /// written values are compared.
    default: Default,
    source: &'static str,
}

#[derive(Clone, Copy)]
enum Default {
    /// Nothing: leaving it out is a value too.
    Absent,
    /// This text.
    Text(&'static str),
    /// The cluster's.
    OfCluster,
}

const SELECTORS: &str =
    "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#label-selector-updates";
const STATEFULSET: &str = "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/";
const JOB: &str =
    "https://kubernetes.io/docs/concepts/workloads/controllers/job/#mutable-scheduling-directives";
const CLAIM: &str = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#persistentvolumeclaims";
const STORAGE_CLASS: &str = "https://kubernetes.io/docs/concepts/storage/storage-classes/";
const INGRESS_CLASS: &str = "https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class";
const RUNTIME_CLASS: &str = "https://kubernetes.io/docs/concepts/containers/runtime-class/";
const SLICES: &str = "https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#address-types";
const QUOTA: &str = "https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes";
const PRIORITY: &str =
    "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#priorityclass";
const SECRET: &str = "https://kubernetes.io/docs/concepts/configuration/secret/#secret-types";
const BINDING: &str =
    "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#clusterrolebinding-example";
const CRD: &str =
    "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/";

const fn field(kind: &'static str, path: &'static str, default: Default, source: &'static str) -> Immutable {
    Immutable { kind, path, default, source }
}

/// From the validation of updates in the API server (`pkg/apis/*/validation`), where the documentation names
/// the field or the kind.
const IMMUTABLE: &[Immutable] = &[
    field("Deployment", "spec.selector", Default::Absent, SELECTORS),
    field("ReplicaSet", "spec.selector", Default::Absent, SELECTORS),
    field("DaemonSet", "spec.selector", Default::Absent, SELECTORS),
    field("StatefulSet", "spec.selector", Default::Absent, STATEFULSET),
    field("StatefulSet", "spec.serviceName", Default::Absent, STATEFULSET),
    field("StatefulSet", "spec.podManagementPolicy", Default::Text("OrderedReady"), STATEFULSET),
    field("StatefulSet", "spec.volumeClaimTemplates", Default::Absent, STATEFULSET),
    field("Job", "spec.template", Default::Absent, JOB),
    field("Job", "spec.completionMode", Default::Text("NonIndexed"), JOB),
    // Without a selector of its own the API server makes one.
    field("Job", "spec.selector", Default::OfCluster, JOB),
    field("PriorityClass", "value", Default::Absent, PRIORITY),
    field("PriorityClass", "preemptionPolicy", Default::Text("PreemptLowerPriority"), PRIORITY),
    field("PersistentVolume", "spec.volumeMode", Default::Text("Filesystem"), volume::VOLUME),
    field("PersistentVolumeClaim", "spec.accessModes", Default::Absent, CLAIM),
    field("PersistentVolumeClaim", "spec.storageClassName", Default::OfCluster, CLAIM),
    field("PersistentVolumeClaim", "spec.volumeMode", Default::Text("Filesystem"), CLAIM),
    field("PersistentVolumeClaim", "spec.volumeName", Default::OfCluster, CLAIM),
    field("PersistentVolumeClaim", "spec.selector", Default::Absent, CLAIM),
    field("PersistentVolumeClaim", "spec.dataSource", Default::Absent, CLAIM),
    // The API server copies the one source to the other.
    field("PersistentVolumeClaim", "spec.dataSourceRef", Default::OfCluster, CLAIM),
    field("StorageClass", "provisioner", Default::Absent, STORAGE_CLASS),
    field("StorageClass", "parameters", Default::Absent, STORAGE_CLASS),
    field("StorageClass", "reclaimPolicy", Default::Text("Delete"), STORAGE_CLASS),
    field("StorageClass", "volumeBindingMode", Default::Text("Immediate"), STORAGE_CLASS),
    field("IngressClass", "spec.controller", Default::Absent, INGRESS_CLASS),
    field("RuntimeClass", "handler", Default::Absent, RUNTIME_CLASS),
    field("EndpointSlice", "addressType", Default::Absent, SLICES),
    field("ResourceQuota", "spec.scopes", Default::Absent, QUOTA),
    field("Secret", "type", Default::Text("Opaque"), SECRET),
    field("RoleBinding", "roleRef", Default::Absent, BINDING),
    field("ClusterRoleBinding", "roleRef", Default::Absent, BINDING),
    field("CustomResourceDefinition", "spec.scope", Default::Absent, CRD),
];

const CHECKS: [fn(&Change<'_>) -> Vec<Hit>; 5] = [
    job::completions_changed,
    pod::spec_changed,
    service::service_changed,
    volume::source_changed,
    sealed_data_changed,
];

fn immutable_field_changed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for row in IMMUTABLE {
        for (before, after) in kept(change, row.kind) {
            if !differs(row, before, after) {
                continue;
            }
            let path: Path = Path::keys(row.path.split('.'));
            hits.push(refused((before, after), path, (value(row, before), value(row, after)), row.source));
        }
    }
    for check in CHECKS {
        hits.extend(check(change));
    }
    hits
}

fn refused(
    (before, after): (&Object, &Object),
    path: Path,
    (was, is): (Option<&Value>, Option<&Value>),
    source: &'static str,
) -> Hit {
    let (risk, unless) = doubt(before, after);
    let message = format!(
        "{} cannot be changed once the {} exists: the API server refuses the change, and what is applied with it \
         may stop half-way.{unless}",
        kube_model::shown(&path.to_string()),
        after.key.kind
    );
    Hit { source: Some(source), ..Hit::new(risk, after, path, message).values(was, is) }
}

/// Whether the object may not be there any more when the change is applied, with a sentence about that.
fn doubt(before: &Object, after: &Object) -> (Risk, String) {
    if hooks::is_hook(after) {
        let stays = " Its delete policy leaves it there when it has succeeded.";
        return (Harm.likely(), stays.to_owned());
    }
    match before.at(&TIME_TO_LIVE).filter(|_| before.key.kind == "Job") {
        Some(seconds) => (
            Harm.likely(),
            format!(
                " It is deleted {} s after it is done; a Job that is gone is made anew instead.",
                shown_value(seconds)
            ),
        ),
        None => (Harm.certain(), String::new()),
    }
}

fn value<'a>(row: &Immutable, object: &'a Object) -> Option<&'a Value> {
    let keys: Vec<&str> = row.path.split('.').collect();
    object.at(&keys).filter(|value| !value.is_null())
}

fn differs(row: &Immutable, before: &Object, after: &Object) -> bool {
    let of = |object| {
        let value = value(row, object).cloned();
        match row.default {
            Default::Text(text) => value.or_else(|| Some(Value::from(text))),
            Default::Absent | Default::OfCluster => value,
        }
        .map(|value| comparable(value, row.path))
    };
    match (row.default, of(before), of(after)) {
        (Default::OfCluster, before, after) => before.is_some() && after.is_some() && before != after,
        (_, before, after) => before != after,
    }
}

/// Leaves out what the API server fills in, and reads sizes as the amounts that they are.
fn comparable(mut value: Value, path: &str) -> Value {
    match (path, &mut value) {
        ("roleRef", Value::Object(role)) => {
            role.remove("apiGroup");
        }
        // The order of scopes says nothing.
        ("spec.scopes", Value::Array(scopes)) => scopes.sort_unstable_by_key(ToString::to_string),
        ("spec.template", template) => return pod::settled_template(template),
        _ => {}
    }
    for template in value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        template.remove("apiVersion");
        template.remove("kind");
        template.remove("status");
        if let Some(spec) = template.get_mut("spec").and_then(Value::as_object_mut)
            && spec.get("volumeMode").and_then(Value::as_str) == Some("Filesystem")
        {
            spec.remove("volumeMode");
        }
        let storage = template
            .get_mut("spec")
            .and_then(|spec| spec.get_mut("resources")?.get_mut("requests")?.get_mut("storage"));
        if let Some(storage) = storage
            && let Ok(amount) = Quantity::of(storage)
        {
            *storage = Value::from(amount.to_string());
        }
    }
    value
}

/// A ConfigMap or Secret that says of itself that it is immutable.
fn sealed_data_changed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (kind, source) in [
        ("ConfigMap", "https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable"),
        ("Secret", "https://kubernetes.io/docs/concepts/configuration/secret/#secret-immutable"),
    ] {
        for (before, after) in kept(change, kind) {
            let is_sealed = before.at(&["immutable"]) == Some(&Value::Bool(true));
            let fields = ["data", "binaryData", "stringData", "immutable"];
            let changed = fields.into_iter().find(|field| before.at(&[field]) != after.at(&[field]));
            if let (true, Some(field)) = (is_sealed, changed) {
                let message = format!(
                    "It is marked immutable, and its {field} changes: the API server refuses the change."
                );
                let hit = Hit::new(Harm.certain(), after, Path::root().key(field), message);
                let hit = hit.values(before.at(&[field]), after.at(&[field]));
                hits.push(Hit { source: Some(source), ..hit });
            }
        }
    }
    hits
}

fn selector_misses_its_pods(change: &Change<'_>) -> Vec<Hit> {
    let path = Path::root().key("spec").key("template").key("metadata").key("labels");
    change
        .after
        .workloads
        .iter()
        .filter(|workload| {
            matches!(
                workload.object.key.kind.as_str(),
                "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet"
            )
        })
        .filter(|workload| misses(workload.object))
        .filter_map(|workload| {
            let before = change.object_before(workload.object);
            if before.is_some_and(misses) {
                return None;
            }
            let labels = |object: &Object| object.at(&["spec", "template", "metadata", "labels"]).cloned();
            let message =
                "Its selector does not match the labels of its own pods: the API server refuses it.";
            let hit = Hit::new(Harm.certain(), workload.object, path.clone(), message.to_owned());
            Some(hit.before(before.and_then(labels)).after(labels(workload.object)))
        })
        .collect()
}

/// Whether a workload's selector leaves out its own pods.
pub(crate) fn misses(object: &Object) -> bool {
    let selector = object.at(&["spec", "selector"]).and_then(Selector::of_labels);
    selector.is_some_and(|selector| !selector.matches_any(kube_model::pod::labels(object)))
}
