//! A field of an object as files of a kustomization write it: in resources, in strategic-merge patches and in JSON
//! patches.

use kube_model::schema::Schema;
use kube_model::{ObjectKey, Path};
use serde_json::Value;

/// Whether a document is an object's resource, or a strategic-merge patch of it.
pub(super) fn is_of(document: &Value, object: &ObjectKey) -> bool {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    text(document.get("kind")).as_deref() == Some(&object.kind)
        && text(document.pointer("/metadata/name")).as_deref() == Some(&object.name)
}

/// What follows a directory in the path of something below it.
pub(super) fn below<'p>(directory: &str, path: &'p str) -> Option<&'p str> {
    if directory.is_empty() { Some(path) } else { path.strip_prefix(directory)?.strip_prefix('/') }
}

/// Whether a strategic-merge patch says nothing but what it is a patch of.
pub(super) fn is_spent(patch: &Value) -> bool {
    let Some(map) = patch.as_object() else { return false };
    map.iter().all(|(key, value)| match key.as_str() {
        "apiVersion" | "kind" => true,
        "metadata" => {
            value.as_object().is_some_and(|map| map.keys().all(|key| key == "name" || key == "namespace"))
        }
        _ => false,
    })
}

/// What stands at a path of a document.
pub(super) fn at(schema: Schema<'_>, path: &Path, document: &Value) -> Option<Value> {
    path.get(schema, document).map(std::borrow::Cow::into_owned)
}

/// Takes out the containers along a path that nothing is left in.
pub(super) fn prune(document: &mut Value, path: &[kube_model::Segment]) {
    let Some((first, rest)) = path.split_first() else { return };
    let kube_model::Segment::Key(key) = first else { return };
    let Some(map) = document.as_object_mut() else { return };
    if let Some(child) = map.get_mut(key) {
        prune(child, rest);
        let is_empty = child.as_object().is_some_and(serde_json::Map::is_empty)
            || child.as_array().is_some_and(Vec::is_empty);
        if is_empty {
            map.remove(key);
        }
    }
}
