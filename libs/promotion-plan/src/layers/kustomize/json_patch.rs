//! JSON patches (RFC 6902) of the target's own.

use kube_model::{Path, Segment};
use serde_json::Value;

use super::super::trial::Open;

/// The patches in which one operation gives what is planned instead of what stands there. Which of the operations
/// with that value is about the place shows when it is rendered: a pointer counts items where a place names them.
pub(super) fn changed(operations: &[Value], open: &Open) -> Vec<Value> {
    let Some(found) = &open.found else { return Vec::new() };
    let mut patches = Vec::new();
    for index in 0..operations.len() {
        for below in keys_at_end(&open.place.path) {
            let pointer: String = below.iter().map(|key| format!("/{}", escaped(key))).collect();
            let mut new = operations.to_vec();
            let Some(value) = new[index].get_mut("value").and_then(|value| value.pointer_mut(&pointer))
            else {
                continue;
            };
            if value != found {
                continue;
            }
            match (&open.planned, below.split_last()) {
                (Some(planned), _) => *value = planned.clone(),
                (None, None) => drop(new.remove(index)),
                (None, Some((key, parents))) => {
                    let parent: String = parents.iter().map(|key| format!("/{}", escaped(key))).collect();
                    let whole = new[index].get_mut("value").and_then(|value| value.pointer_mut(&parent));
                    whole.and_then(Value::as_object_mut).map(|map| map.remove(*key));
                }
            }
            patches.push(Value::Array(new));
        }
    }
    patches
}

/// The keys that a path ends with: none of them, the last, the last two, as far as there are keys.
fn keys_at_end(path: &Path) -> Vec<Vec<&str>> {
    let key = |segment: &'_ Segment| matches!(segment, Segment::Key(_));
    let segments = path.segments();
    let keys: Vec<&str> = segments
        [segments.iter().rposition(|segment| !key(segment)).map_or(0, |at| at + 1)..]
        .iter()
        .filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            _ => None,
        })
        .collect();
    (0..=keys.len()).map(|count| keys[keys.len() - count..].to_vec()).collect()
}

/// A key as a part of a pointer (RFC 6901, section 3).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
