//! Changes in the form that is published, and what a program that reads it would make of an object with them.
//!
//! The grammar is that of docs: dotted keys, `["a.b"]` for keys with dots, `[key=value,…]` for the item of a list, `[value]` for a
//! member of a set.

use serde_json::{Map, Value, json};

/// A step of a path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Key(String),
    /// The item with these fields.
    Item(Vec<(String, String)>),
    /// The member of a set.
    Member(String),
}

/// The steps of a path.
pub(crate) fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let bracket = rest.strip_prefix('[');
        let end = match bracket {
            Some(inner) if inner.starts_with('"') => inner[1..].find("\"]").unwrap() + 4,
            Some(_) => rest.find(']').unwrap() + 1,
            None => 1 + rest[1..].find(['.', '[']).unwrap_or(rest.len() - 1),
        };
        let (step, after) = rest.split_at(end);
        steps.push(match bracket {
            Some(_) => bracketed(&step[1..step.len() - 1]),
            None => Step::Key(step.trim_start_matches('.').to_owned()),
        });
        rest = after;
    }
    steps
}

fn bracketed(inner: &str) -> Step {
    if let Some(quoted) = inner.strip_prefix('"') {
        return Step::Key(quoted.trim_end_matches('"').to_owned());
    }
    let field = |field: &str| {
        field.split_once('=').map(|(key, value)| (key.to_owned(), value.trim_matches('"').to_owned()))
    };
    match inner.split(',').map(field).collect::<Option<Vec<_>>>() {
        Some(fields) => Step::Item(fields),
        None => Step::Member(inner.to_owned()),
    }
}

/// The object with the changes made.
pub(crate) fn applied(object: &Value, changes: &[Value]) -> Value {
    let mut object = object.clone();
    for change in changes {
        apply(&mut object, change);
    }
    object
}

fn apply(object: &mut Value, change: &Value) {
    let path = steps(change["path"].as_str().unwrap());
    let after = &change["after"];
    if change["op"] == "reorder" {
        return reorder(found(object, &path).unwrap(), after.as_array().unwrap());
    }
    let (last, holder) = path.split_last().unwrap();
    match change["op"].as_str().unwrap() {
        "remove" => {
            if let Some(holder) = found(object, holder) {
                set(holder, last, None);
            }
        }
        _ => set(made(object, holder), last, Some(after.clone())),
    }
}

/// What stands at a path.
fn found<'o>(object: &'o mut Value, path: &[Step]) -> Option<&'o mut Value> {
    path.iter().try_fold(object, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        step => value.as_array_mut()?.iter_mut().find(|item| is(step, item)),
    })
}

/// What stands at a path, where what leads there is made if it is missing.
fn made<'o>(object: &'o mut Value, path: &[Step]) -> &'o mut Value {
    path.iter().fold(object, |value, step| match step {
        Step::Key(key) => {
            if value.is_null() {
                *value = Value::Object(Map::new());
            }
            value.as_object_mut().unwrap().entry(key).or_insert(Value::Null)
        }
        step => {
            let list = list(value);
            let at = list.iter().position(|item| is(step, item)).unwrap();
            &mut list[at]
        }
    })
}

fn set(holder: &mut Value, last: &Step, value: Option<Value>) {
    match (last, value) {
        (Step::Key(key), Some(value)) => {
            *made(holder, &[Step::Key(key.clone())]) = value;
        }
        (Step::Key(key), None) => {
            holder.as_object_mut().unwrap().remove(key);
        }
        (step, value) => {
            let list = list(holder);
            match (list.iter().position(|item| is(step, item)), value) {
                (Some(at), Some(value)) => list[at] = value,
                (Some(at), None) => drop(list.remove(at)),
                (None, Some(value)) => list.push(value),
                (None, None) => panic!("{step:?} is not there"),
            }
        }
    }
}

fn list(value: &mut Value) -> &mut Vec<Value> {
    if value.is_null() {
        *value = json!([]);
    }
    value.as_array_mut().unwrap()
}

/// Whether an item is the one that a step names. A port's protocol is TCP where it is left out.
pub(crate) fn is(step: &Step, item: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match step {
        Step::Key(_) => false,
        Step::Member(member) => item == member,
        Step::Item(fields) => fields.iter().all(|(key, wanted)| match item.get(key) {
            Some(value) => text(value) == *wanted,
            None => key == "protocol" && wanted == "TCP",
        }),
    }
}

/// The items that are named, in that order, in the places that they have together.
fn reorder(list: &mut Value, names: &[Value]) {
    let items = list.as_array_mut().unwrap();
    let named = |item: &Value, name: &Value| item.get("name") == Some(name);
    let places: Vec<usize> =
        (0..items.len()).filter(|at| names.iter().any(|name| named(&items[*at], name))).collect();
    let in_order: Vec<Value> =
        names.iter().map(|name| items.iter().find(|item| named(item, name)).unwrap().clone()).collect();
    for (place, item) in places.into_iter().zip(in_order) {
        items[place] = item;
    }
}
