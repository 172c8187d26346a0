//! A field of an object as files of a kustomization write it: in resources, in strategic-merge patches and in JSON
//! patches.

use kube_model::schema::Schema;
use kube_model::{ObjectKey, Path, Segment, lists};
use serde_json::{Map, Value};

/// Whether a document is an object's resource, or a strategic-merge patch of it.
pub(super) fn is_of(document: &Value, object: &ObjectKey) -> bool {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    text(document.get("kind")).as_deref() == Some(&object.kind)
        && text(document.pointer("/metadata/name")).as_deref() == Some(&object.name)
}

/// The file that an item of `resources` or of a list of patches names, as `path` or by itself.
pub(super) fn file_of_item(item: &Value) -> Option<&str> {
    item.get("path").unwrap_or(item).as_str()
}

/// The text of a patch that an item holds, as `patch` or by itself.
pub(super) fn text_of_item(item: &Value) -> Option<&str> {
    item.get("patch").unwrap_or(item).as_str()
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

/// Takes out what nothing is left in along a path of a patch: empty collections, and items of lists that say no more than
/// their keys.
pub(super) fn prune(schema: Schema<'_>, patch: &mut Value, path: &[Segment]) {
    prune_below(schema, patch, path, 0);
}

fn prune_below(schema: Schema<'_>, at: &mut Value, path: &[Segment], depth: usize) {
    let Some(segment) = path.get(depth) else { return };
    match (segment, at) {
        (Segment::Key(key), Value::Object(map)) => {
            let Some(child) = map.get_mut(key) else { return };
            prune_below(schema, child, path, depth + 1);
            if is_empty(child) {
                map.remove(key);
            }
        }
        (Segment::Item(keys), Value::Array(items)) => {
            let Some(index) = lists::index_of(schema, &path[..depth], items, segment) else { return };
            prune_below(schema, &mut items[index], path, depth + 1);
            let says_its_keys =
                |map: &Map<String, Value>| map.keys().all(|key| keys.iter().any(|(name, _)| name == key));
            if items[index].as_object().is_some_and(says_its_keys) {
                items.remove(index);
            }
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

/// Whether two strategic-merge patches say something of one place.
pub(super) fn overlap(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let says = |key: &&String| !["apiVersion", "kind", "metadata", "name"].contains(&key.as_str());
            one.keys().filter(says).any(|key| other.get(key).is_some_and(|value| overlap(&one[key], value)))
        }
        (Value::Array(one), Value::Array(other)) => {
            let same = |a: &Value, b: &Value| a.get("name").is_none() || a.get("name") == b.get("name");
            one.iter().any(|a| other.iter().any(|b| same(a, b) && overlap(a, b)))
        }
        _ => true,
    }
}
