//! What a strategic-merge patch says of a place.

use kube_model::schema::Schema;
use kube_model::{Path, Segment, lists};
use serde_json::{Map, Value};

use super::super::trial::Open;
use super::fields::at;

/// Puts an open place into a patch: its value, or the directive that takes it away. None where the patch would replace
/// a list that Kustomize does not know the keys of, a custom resource's: what a base brings to it later would be lost.
pub(super) fn put(patch: &mut Value, open: &Open) -> Option<()> {
    (!replaces_list(open)).then_some(())?;
    put_any(patch, open);
    Some(())
}

/// Whether a patch of a place replaces a list of a custom resource that has items already.
pub(crate) fn replaces_list(open: &Open) -> bool {
    let through = open.place.path.segments().iter().any(|segment| !matches!(segment, Segment::Key(_)));
    let is_list = open.found.as_ref().is_some_and(Value::is_array);
    !open.place.object.schema().is_built_in() && (through || is_list)
}

fn put_any(patch: &mut Value, open: &Open) {
    let schema = open.place.object.schema();
    let goal = open.object.as_deref();
    let path = &open.place.path;
    let segments = path.segments();
    // A flag is a part of a list that a patch replaces whole.
    let flag = segments.iter().position(|segment| matches!(segment, Segment::Flag(_)));
    if let (Some(flag), Some(goal)) = (flag, goal) {
        let list: Path = segments[..flag].iter().cloned().collect();
        let planned = at(schema, &list, goal);
        return put_at((schema, Some(goal)), patch, &list, planned.as_ref());
    }
    put_at((schema, goal), patch, path, open.planned.as_ref());
}

/// Puts a value at a path, making what the path goes through: items of lists are made with their keys, as the whole
/// object has them.
pub(super) fn put_at(
    (schema, whole): (Schema<'_>, Option<&Value>),
    patch: &mut Value,
    path: &Path,
    planned: Option<&Value>,
) {
    let segments = path.segments();
    let mut at = patch;
    for (depth, segment) in segments.iter().enumerate() {
        let is_last = depth + 1 == segments.len();
        match segment {
            Segment::Key(key) => {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                let Some(map) = at.as_object_mut() else { return };
                if is_last {
                    map.insert(key.clone(), planned.cloned().unwrap_or(Value::Null));
                    return;
                }
                let in_list = !matches!(segments.get(depth + 1), Some(Segment::Key(_)));
                let empty = if in_list { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
                at = map.entry(key.clone()).or_insert(empty);
            }
            segment => {
                let Some(items) = at.as_array_mut() else { return };
                let list = &segments[..depth];
                let index = match lists::index_of(schema, list, items, segment) {
                    Some(index) => index,
                    None => {
                        let Some(item) = keyed(schema, list, whole, segment) else { return };
                        items.push(item);
                        items.len() - 1
                    }
                };
                if is_last {
                    let Some(item) = items.get_mut(index) else { return };
                    match (planned, item.as_object_mut()) {
                        (Some(planned), _) => *item = planned.clone(),
                        (None, Some(item)) => drop(item.insert("$patch".to_owned(), Value::from("delete"))),
                        // A text has no directive that takes it away.
                        (None, None) => {}
                    }
                    return;
                }
                let Some(item) = items.get_mut(index) else { return };
                at = item;
            }
        }
    }
}

/// An item that holds the keys that name it.
fn keyed(schema: Schema<'_>, list: &[Segment], whole: Option<&Value>, segment: &Segment) -> Option<Value> {
    let Segment::Item(keys) = segment else { return None };
    let path: Path = list.iter().cloned().collect();
    let items = whole.and_then(|whole| at(schema, &path, whole));
    let items = items.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let item = lists::index_of(schema, list, items, segment).and_then(|index| items.get(index));
    let value = |key: &String, text: &String| match item.and_then(|item| item.get(key)) {
        Some(value) => value.clone(),
        None => Value::from(text.clone()),
    };
    Some(Value::Object(keys.iter().map(|(key, text)| (key.clone(), value(key, text))).collect()))
}
