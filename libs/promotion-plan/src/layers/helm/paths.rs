//! Values by paths of keys.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The value at a path.
pub(in crate::layers) fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// The paths at which two values differ: the topmost that one of them lacks, else the leaves.
pub(in crate::layers) fn differing(ours: &Value, theirs: &Value) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    collect(&mut Vec::new(), Some(ours), Some(theirs), &mut found);
    found
}

fn collect(
    path: &mut Vec<String>,
    ours: Option<&Value>,
    theirs: Option<&Value>,
    found: &mut Vec<Vec<String>>,
) {
    match (ours, theirs) {
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            for key in keys {
                path.push(key.clone());
                collect(path, ours.get(key), theirs.get(key), found);
                path.pop();
            }
        }
        (ours, theirs) if ours != theirs => found.push(path.clone()),
        _ => {}
    }
}

/// The paths of scalars that are a value.
pub(super) fn of_value(values: &Value, wanted: &Value) -> Vec<Vec<String>> {
    let Value::Object(map) = values else {
        let is_it = values == wanted && !values.is_array() && !values.is_null();
        return if is_it { vec![Vec::new()] } else { Vec::new() };
    };
    let below = map.iter().flat_map(|(key, value)| {
        of_value(value, wanted).into_iter().map(move |path| [vec![key.clone()], path].concat())
    });
    below.collect()
}

/// A value with another one at a path; without any, and without the maps that nothing is left in, if there is none.
/// None where the path leads through what is no map.
pub(in crate::layers) fn with(value: &Value, path: &[String], new: Option<Value>) -> Option<Value> {
    let Some((key, rest)) = path.split_first() else { return new };
    let mut map = match value {
        Value::Object(map) => map.clone(),
        Value::Null => Map::new(),
        _ => return None,
    };
    let below = map.get(key).cloned();
    if new.is_none() && below.is_none() {
        return Some(value.clone());
    }
    let becomes_nothing = new.is_none() && !rest.is_empty();
    let child = with(&below.unwrap_or_default(), rest, new);
    match child {
        Some(child) if becomes_nothing && child.as_object().is_some_and(Map::is_empty) => {
            drop(map.remove(key))
        }
        Some(child) => drop(map.insert(key.clone(), child)),
        None if rest.is_empty() => drop(map.remove(key)),
        None => return None,
    }
    Some(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn values_differ_at_leaves_or_where_one_has_none() {
        let (ours, theirs) =
            (json!({"a": {"b": 1, "c": 2}, "d": [1]}), json!({"a": {"b": 1, "c": 3}, "e": {"f": 1}}));
        assert_eq!(differing(&ours, &theirs), [path("a.c"), path("d"), path("e")]);
    }

    #[test]
    fn a_value_comes_with_its_maps_and_goes_with_them() {
        let values = json!({"a": {"b": {"c": 1}}, "d": 2});
        assert_eq!(
            with(&values, &path("a.x.y"), Some(json!(3))),
            Some(json!({"a": {"b": {"c": 1}, "x": {"y": 3}}, "d": 2}))
        );
        assert_eq!(with(&values, &path("a.b.c"), None), Some(json!({"d": 2})));
        assert_eq!(with(&values, &path("x.y"), None), Some(values.clone()));
        assert_eq!(with(&values, &path("d.e"), Some(json!(1))), None);
        assert_eq!(with(&Value::Null, &path("a"), Some(json!(1))), Some(json!({"a": 1})));
    }

    #[test]
    fn scalars_are_found_by_what_they_are() {
        let values = json!({"a": {"b": "x"}, "c": "x", "d": ["x"], "e": "y"});
        assert_eq!(of_value(&values, &json!("x")), [path("a.b"), path("c")]);
    }
}
