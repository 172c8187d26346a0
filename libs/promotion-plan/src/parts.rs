//! Lists without keys whose parts belong to different sides: an Ingress's rules (paths are the release's, hosts
//! the environment's), a NetworkPolicy's (ports and peers).

use kube_model::{Place, Segment};
use serde_json::{Map, Value};

use crate::table::{self, Action};

/// What merging a list by its parts comes to.
#[derive(Debug, PartialEq)]
pub(crate) enum Merged {
    /// This value.
    Value(Value),
    /// Both sides changed one part.
    Conflict,
    /// The items cannot be told apart, so its parts cannot either.
    Unmatched,
}

/// Merges the source's changes since the base into the target's value.
pub(crate) fn merge(place: &Place, base: Option<&Value>, target: &Value, source: &Value) -> Merged {
    if target == source || base == Some(source) {
        return Merged::Value(target.clone());
    }
    match (target, source) {
        (Value::Object(ours), Value::Object(theirs)) => merge_mappings(place, base, ours, theirs),
        (Value::Array(ours), Value::Array(theirs)) if has_parts(place) => {
            let bases = base.and_then(Value::as_array);
            merge_lists(place, bases.map(Vec::as_slice), ours, theirs)
        }
        _ => merge_leaf(place, base, Some(target), Some(source))
            .map_or(Merged::Conflict, |value| Merged::Value(value.unwrap_or(Value::Null))),
    }
}

/// Whether the table tells parts below this place apart.
fn has_parts(place: &Place) -> bool {
    table::reaches_below(place)
}

fn merge_mappings(
    place: &Place,
    base: Option<&Value>,
    ours: &Map<String, Value>,
    theirs: &Map<String, Value>,
) -> Merged {
    let mut merged = ours.clone();
    let mut keys: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let at = Place { object: place.object.clone(), path: place.path.key(key) };
        let base = base.and_then(|base| base.get(key));
        let value = match (ours.get(key), theirs.get(key)) {
            (Some(target), Some(source)) => match merge(&at, base, target, source) {
                Merged::Value(value) => Some(value),
                other => return other,
            },
            (None, Some(source)) if base.is_none() && brings_kept_part(&at, source) => {
                return Merged::Unmatched;
            }
            (target, source) => match merge_leaf(&at, base, target, source) {
                Some(value) => value,
                None => return Merged::Conflict,
            },
        };
        match value {
            Some(value) => drop(merged.insert(key.clone(), value)),
            None => drop(merged.remove(key)),
        }
    }
    Merged::Value(Value::Object(merged))
}

/// Items are matched by position where all sides have as many; else by what they are apart from the parts that
/// are the environment's own, against the base.
fn merge_lists(place: &Place, base: Option<&[Value]>, ours: &[Value], theirs: &[Value]) -> Merged {
    let Some(base) = base else { return Merged::Unmatched };
    let item = |index: usize| Place {
        object: place.object.clone(),
        path: place.path.join(Segment::Flag(index.to_string())),
    };
    if ours.len() == theirs.len() && ours.len() == base.len() {
        let mut merged = Vec::with_capacity(ours.len());
        for (index, ((base, target), source)) in base.iter().zip(ours).zip(theirs).enumerate() {
            match merge(&item(index), Some(base), target, source) {
                Merged::Value(value) => merged.push(value),
                other => return other,
            }
        }
        return Merged::Value(Value::Array(merged));
    }
    let brings =
        |(index, source): (usize, &Value)| !base.contains(source) && brings_kept_part(&item(index), source);
    match ours == base && !theirs.iter().enumerate().any(brings) {
        true => Merged::Value(Value::Array(theirs.to_vec())),
        false => Merged::Unmatched,
    }
}

/// Whether something new holds a part that belongs to the environment.
fn brings_kept_part(place: &Place, value: &Value) -> bool {
    let below = |segment: Segment, value: &Value| {
        let at = Place { object: place.object.clone(), path: place.path.join(segment) };
        table::row_of(&at, false).known == Action::Keep || brings_kept_part(&at, value)
    };
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| below(Segment::Key(key.clone()), value)),
        Value::Array(items) => {
            items.iter().enumerate().any(|(index, value)| below(Segment::Flag(index.to_string()), value))
        }
        _ => false,
    }
}

/// A part: none if both sides changed it and it is carried; else its value, if it has one.
fn merge_leaf(
    place: &Place,
    base: Option<&Value>,
    target: Option<&Value>,
    source: Option<&Value>,
) -> Option<Option<Value>> {
    if base == source || matches!(table::row_of(place, false).known, Action::Keep) {
        return Some(target.cloned());
    }
    (base == target).then(|| source.cloned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube_model::ObjectKey;
    use serde_json::json;

    fn rules() -> Place {
        let object = ObjectKey {
            group: "networking.k8s.io".into(),
            kind: "Ingress".into(),
            namespace: None,
            name: "web".into(),
        };
        Place { object, path: "spec.rules".parse().unwrap() }
    }

    fn rule(host: &str, paths: &[&str]) -> Value {
        let paths: Vec<Value> = paths.iter().map(|path| json!({"path": path})).collect();
        json!({"host": host, "http": {"paths": paths}})
    }

    #[test]
    fn paths_go_over_and_hosts_stay() {
        let base = json!([rule("staging.example", &["/"])]);
        let source = json!([rule("staging.example", &["/", "/v2"])]);
        let target = json!([rule("example", &["/"])]);
        let expected = json!([rule("example", &["/", "/v2"])]);
        assert_eq!(merge(&rules(), Some(&base), &target, &source), Merged::Value(expected));
    }

    #[test]
    fn paths_that_both_changed_are_a_conflict() {
        let base = json!([rule("staging.example", &["/"])]);
        let source = json!([rule("staging.example", &["/v2"])]);
        let target = json!([rule("example", &["/old"])]);
        assert_eq!(merge(&rules(), Some(&base), &target, &source), Merged::Conflict);
    }

    #[test]
    fn a_host_that_one_side_alone_has_leaves_the_rest_unmatched() {
        let base = json!([rule("staging.example", &["/"])]);
        let source = json!([rule("staging.example", &["/"]), rule("new.staging.example", &["/"])]);
        let target = json!([rule("example", &["/"])]);
        assert_eq!(merge(&rules(), Some(&base), &target, &source), Merged::Unmatched);
    }
}
