//! `data.inventory`: the objects that Gatekeeper has a copy of.

use kube_model::Object;
use serde_json::{Map, Value, json};

/// `cluster[groupVersion][kind][name]` and `namespace[namespace][groupVersion][kind][name]`.
pub(super) fn inventory(objects: &[Object]) -> Value {
    let mut all = json!({"cluster": {}, "namespace": {}});
    for object in objects {
        let (version, kind, name) = (&object.api_version, &object.key.kind, &object.key.name);
        let keys: Vec<&str> = match &object.key.namespace {
            Some(namespace) => vec!["namespace", namespace, version, kind],
            None => vec!["cluster", version, kind],
        };
        let mut place = &mut all;
        for key in keys {
            let Value::Object(fields) = place else { break };
            place = fields.entry(key.to_owned()).or_insert_with(|| Value::Object(Map::new()));
        }
        if let Value::Object(names) = place {
            names.insert(name.clone(), (*object.value).clone());
        }
    }
    all
}
