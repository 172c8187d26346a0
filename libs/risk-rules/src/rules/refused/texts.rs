//! Numbers and booleans where the API takes text alone.

use kube_model::{Object, Path, Segment, pod, scope, shown};
use serde_json::Value;

use super::Refused;
use crate::model::items;

const VARIABLES: &str =
    "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/";
const LABELS: &str = "https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/";
const CONFIG: &str = "https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object";

/// What of an object has to be text and is none: YAML reads `60`, `true`, `on` and `n` without quotes as numbers and
/// booleans.
pub(super) fn add_refused(object: &Object, found: &mut Vec<Refused>) {
    let metadata = Path::root().key("metadata");
    for field in ["labels", "annotations"] {
        add_map(object.at(&["metadata", field]), &metadata.key(field), LABELS, found);
    }
    if !scope::is_built_in_group(&object.key.group) {
        return;
    }
    match object.key.kind.as_str() {
        "ConfigMap" => add_map(object.at(&["data"]), &Path::root().key("data"), CONFIG, found),
        "Secret" => add_map(object.at(&["stringData"]), &Path::root().key("stringData"), CONFIG, found),
        "Service" => {
            let path = Path::root().key("spec").key("selector");
            add_map(object.at(&["spec", "selector"]), &path, LABELS, found);
        }
        _ => {}
    }
    let Some((path, spec)) = pod::spec(object) else { return };
    let template = pod::spec_path(&object.key.kind).and_then(|keys| keys.split_last());
    for field in ["labels", "annotations"] {
        let Some((_, keys)) = template.filter(|(_, keys)| !keys.is_empty()) else { break };
        let keys: Vec<&str> = keys.iter().copied().chain(["metadata", field]).collect();
        let path = Path::keys(&keys);
        add_map(object.at(&keys), &path, LABELS, found);
    }
    add_map(spec.get("nodeSelector"), &path.key("nodeSelector"), LABELS, found);
    for kind in pod::CONTAINER_LISTS {
        for container in items(spec.get(kind)) {
            add_container(container, &path.key(kind), found);
        }
    }
}

/// What a value is that is no text; nothing for an absent one, which is the empty text.
fn wrong(value: &Value) -> Option<&'static str> {
    match value {
        Value::Bool(_) => Some("a boolean"),
        Value::Number(_) => Some("a number"),
        _ => None,
    }
}

fn add_map(map: Option<&Value>, path: &Path, source: &'static str, found: &mut Vec<Refused>) {
    for (key, value) in map.and_then(Value::as_object).into_iter().flatten() {
        if let Some(what) = wrong(value) {
            found.push(refused(path.key(key), key, value, what, source));
        }
    }
}

fn add_container(container: &Value, path: &Path, found: &mut Vec<Refused>) {
    let Some(name) = container.get("name").and_then(Value::as_str) else { return };
    let path = path.join(Segment::Item(vec![("name".to_owned(), name.to_owned())]));
    for variable in items(container.get("env")) {
        let (Some(name), Some(value)) = (variable.get("name").and_then(Value::as_str), variable.get("value"))
        else {
            continue;
        };
        if let Some(what) = wrong(value) {
            let item = Segment::Item(vec![("name".to_owned(), name.to_owned())]);
            found.push(refused(path.key("env").join(item).key("value"), name, value, what, VARIABLES));
        }
    }
    for field in ["command", "args"] {
        if let Some((value, what)) =
            items(container.get(field)).find_map(|value| wrong(value).map(|what| (value, what)))
        {
            found.push(refused(path.key(field), field, value, what, VARIABLES));
        }
    }
}

fn refused(path: Path, name: &str, value: &Value, what: &str, source: &'static str) -> Refused {
    let message = format!(
        "{} is {value} without quotes, {what}: the API server takes text alone there and refuses the object.",
        shown(name)
    );
    Refused { path, value: Some(value.clone()), message, source }
}
