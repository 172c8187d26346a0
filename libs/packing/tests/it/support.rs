//! Objects for tests.

use kube_model::yaml::Limits;
use kube_model::{Object, State};
use packing::{Cluster, Packed, pack};
use serde_json::Value;

/// The objects of a text of YAML or JSON.
pub(crate) fn objects(text: &str) -> Vec<Object> {
    State::read([("in.yaml", text)], &Limits::default()).unwrap().objects
}

/// The objects of values.
pub(crate) fn of_values(items: Vec<Value>) -> Vec<Object> {
    objects(&serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string())
}

/// How many pods of a controller wait.
pub(crate) fn waiting(packed: &Packed, name: &str) -> u32 {
    packed.pending.iter().filter(|one| one.controller.name == name).map(|one| one.pods).sum()
}

/// The likely answer.
pub(crate) fn likely(cluster: &Cluster, state: &[Object]) -> Packed {
    pack(cluster, state).unwrap().likely
}

/// A Deployment of pods that ask for this, with more of the pod's `spec`.
pub(crate) fn deployment(name: &str, replicas: u32, (cpu, memory): (&str, &str), more: Value) -> Value {
    let requests = serde_json::json!({"cpu": cpu, "memory": memory});
    let mut spec = serde_json::json!({"containers": [{"name": "c", "resources": {"requests": requests}}]});
    if let (Value::Object(spec), Value::Object(more)) = (&mut spec, more) {
        spec.extend(more);
    }
    let labels = serde_json::json!({"app": name});
    serde_json::json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"replicas": replicas, "template": {"metadata": {"labels": labels}, "spec": spec}}})
}

/// How many nodes there are of a group and an instance type, as `group/type count`.
pub(crate) fn nodes(packed: &Packed) -> Vec<String> {
    let of = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let counts = packed.nodes.iter().filter(|one| one.count > 0);
    counts
        .map(|one| format!("{}/{} {}", of(&one.kind.group), of(&one.kind.instance_type), one.count))
        .collect()
}
