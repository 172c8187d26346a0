//! The `spec` of a Pod that no controller makes.

use std::collections::BTreeMap;

use kube_model::image::ImageRef;
use kube_model::{Object, Path, Quantity, Segment};
use serde_json::{Value, json};

use super::refused;
use crate::model::Change;
use crate::rule::Hit;
use crate::rules::hooks::kept;

const POD: &str = "https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement";

/// What may change in a Pod (Kubernetes documentation, "Pods", "Pod update and replacement"): the images, a shorter
/// `activeDeadlineSeconds`, more tolerations; and by the validation of the API server fewer scheduling gates, and a
/// negative `terminationGracePeriodSeconds` that becomes 1.
pub(super) fn spec_changed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in kept(change, "Pod") {
        let (was, is) = (fields_of(before), fields_of(after));
        let mut paths: Vec<&Path> = was.keys().chain(is.keys()).collect();
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            let (was, is) = (was.get(path).copied(), is.get(path).copied());
            if !may_be(path, was, is) {
                hits.push(refused((before, after), path.clone(), (was, is), POD));
            }
        }
    }
    hits
}

fn fields_of(pod: &Object) -> BTreeMap<Path, &Value> {
    pod.at(&["spec"]).map(fields).unwrap_or_default()
}

/// The fields of a pod's spec, and of its containers; a container is a field too, as what it is called.
fn fields(spec: &Value) -> BTreeMap<Path, &Value> {
    let spec_path = Path::root().key("spec");
    let mut fields = BTreeMap::new();
    for (field, value) in spec.as_object().into_iter().flatten() {
        let path = spec_path.key(field);
        match (field.as_str(), value.as_array()) {
            ("containers" | "initContainers", Some(containers)) => {
                containers.iter().for_each(|container| add_container(&path, container, &mut fields));
            }
            ("ephemeralContainers", _) => {}
            _ => {
                fields.insert(path, value);
            }
        }
    }
    fields.retain(|_, value| !value.is_null());
    fields
}

fn add_container<'a>(list: &Path, container: &'a Value, fields: &mut BTreeMap<Path, &'a Value>) {
    let Some(name) = container.get("name").and_then(Value::as_str) else { return };
    let path = list.join(Segment::Item(vec![("name".to_owned(), name.to_owned())]));
    for (field, value) in container.as_object().into_iter().flatten() {
        fields.insert(path.key(field), value);
    }
}

/// The template of a Job's pods as the API server makes it, for comparing: defaults that are written out are left out, and
/// what is empty. The order of the containers counts.
pub(super) fn settled_template(template: &Value) -> Value {
    let spec = template.get("spec").unwrap_or(&Value::Null);
    let mut settled_fields = serde_json::Map::new();
    for (path, value) in fields(spec) {
        let Some(Segment::Key(field)) = path.segments().last() else { continue };
        let value = settled(field, Some(value)).filter(|value| Some(value) != settled(field, None).as_ref());
        settled_fields.extend(value.map(|value| (path.to_string(), value)));
    }
    for list in ["containers", "initContainers"] {
        let containers = spec.get(list).and_then(Value::as_array).into_iter().flatten();
        let mut names = Vec::new();
        for container in containers {
            let text = |field: &str| container.get(field).and_then(Value::as_str).unwrap_or_default();
            let is_pulled = text("imagePullPolicy") == ImageRef::parse(text("image")).default_pull_policy();
            let path = Path::root()
                .key("spec")
                .key(list)
                .join(Segment::Item(vec![("name".to_owned(), text("name").to_owned())]));
            if is_pulled {
                settled_fields.remove(&path.key("imagePullPolicy").to_string());
            }
            names.push(text("name"));
        }
        settled_fields.insert(list.to_owned(), json!(names));
    }
    let metadata =
        |field: &str| template.get("metadata")?.get(field).filter(|value| !is_empty(value)).cloned();
    json!({"labels": metadata("labels"), "annotations": metadata("annotations"), "spec": settled_fields})
}

fn may_be(path: &Path, was: Option<&Value>, is: Option<&Value>) -> bool {
    let Some(Segment::Key(field)) = path.segments().last() else { return true };
    let (before, after) = (settled(field, was), settled(field, is));
    if before == after {
        return true;
    }
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
    match field.as_str() {
        "image" => before.is_some() && after.is_some(),
        // The API server's default follows the image's tag.
        "imagePullPolicy" => before.is_none() || after.is_none(),
        // The scheduler and the admission of service accounts fill these in.
        "nodeName" | "priority" | "preemptionPolicy" => before.is_none() || after.is_none(),
        "activeDeadlineSeconds" => match (number(&before), number(&after)) {
            (None, Some(_)) => true,
            (Some(was), Some(is)) => is <= was,
            _ => false,
        },
        "terminationGracePeriodSeconds" => {
            number(&before).is_some_and(|was| was < 0) && number(&after) == Some(1)
        }
        "tolerations" => includes(&after, &before),
        "schedulingGates" => includes(&before, &after),
        _ => false,
    }
}

fn includes(more: &Option<Value>, fewer: &Option<Value>) -> bool {
    let items = |list: &Option<Value>| list.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let more = items(more);
    items(fewer).iter().all(|item| more.contains(item))
}

/// What the API server makes of a field: its default where it is absent (API reference, "PodSpec" and
/// "Container"), sizes as the amounts that they are, and nothing for what is empty.
fn settled(field: &str, value: Option<&Value>) -> Option<Value> {
    let default = || match field {
        "restartPolicy" => Some(json!("Always")),
        "dnsPolicy" => Some(json!("ClusterFirst")),
        "schedulerName" => Some(json!("default-scheduler")),
        "serviceAccountName" => Some(json!("default")),
        "terminationGracePeriodSeconds" => Some(json!(30)),
        "enableServiceLinks" => Some(json!(true)),
        "hostNetwork" | "hostPID" | "hostIPC" | "stdin" | "tty" | "stdinOnce" => Some(json!(false)),
        "terminationMessagePath" => Some(json!("/dev/termination-log")),
        "terminationMessagePolicy" => Some(json!("File")),
        _ => None,
    };
    let mut value = value.cloned().filter(|value| !is_empty(value)).or_else(default)?;
    match field {
        "resources" => amounts(&mut value),
        "ports" => value.as_array_mut().into_iter().flatten().for_each(with_protocol),
        "livenessProbe" | "readinessProbe" | "startupProbe" => without_defaults(&mut value),
        _ => {}
    }
    Some(value)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn amounts(resources: &mut Value) {
    let lists = ["requests", "limits"];
    for (name, list) in resources.as_object_mut().into_iter().flatten() {
        let list = list.as_object_mut().filter(|_| lists.contains(&name.as_str()));
        for (_, value) in list.into_iter().flatten() {
            if let Ok(amount) = Quantity::of(value) {
                *value = Value::from(amount.to_string());
            }
        }
    }
}

/// API reference, "Probe".
fn without_defaults(probe: &mut Value) {
    let defaults = [
        ("initialDelaySeconds", 0),
        ("timeoutSeconds", 1),
        ("periodSeconds", 10),
        ("successThreshold", 1),
        ("failureThreshold", 3),
    ];
    if let Some(probe) = probe.as_object_mut() {
        probe.retain(|field, value| {
            !defaults.iter().any(|(known, default)| field == known && *value == *default)
        });
    }
}

fn with_protocol(port: &mut Value) {
    if let Some(port) = port.as_object_mut() {
        port.entry("protocol").or_insert_with(|| json!("TCP"));
    }
}
