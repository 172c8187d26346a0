//! Two manifests, leaf by leaf, without any engine.
//!
//! Items of lists are told apart by their names, as a person would; where they stand is a leaf too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::published::Step;

/// Of lists whose items a person would tell apart: by which fields, with what each is when it is left out.
const NAMED: [(&str, &[(&str, &str)]); 9] = [
    ("containers", &[("name", "")]),
    ("initContainers", &[("name", "")]),
    ("env", &[("name", "")]),
    ("volumes", &[("name", "")]),
    ("volumeMounts", &[("mountPath", "")]),
    ("containers.ports", &[("containerPort", ""), ("protocol", "TCP")]),
    ("initContainers.ports", &[("containerPort", ""), ("protocol", "TCP")]),
    ("Service.ports", &[("port", ""), ("protocol", "TCP")]),
    ("Widget.ports", &[("number", ""), ("protocol", "TCP")]),
];

/// A place, and what stands there: a leaf of the manifest, or the order of a list's items.
type Leaves = BTreeMap<String, (Vec<Step>, Value)>;

/// A leaf that differs, with what either manifest has there.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) path: Vec<Step>,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

/// Every leaf that differs.
pub(crate) fn differing(before: &Value, after: &Value) -> Vec<Leaf> {
    let (before, after) = (leaves(before), leaves(after));
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let leaf = |place: &String| {
        let (one, other) = (before.get(place), after.get(place));
        let value = |leaf: Option<&(Vec<Step>, Value)>| leaf.map(|(_, value)| value.clone());
        Leaf { path: one.or(other).unwrap().0.clone(), before: value(one), after: value(other) }
    };
    let differs = |leaf: &Leaf| match (is_order(leaf), &leaf.before, &leaf.after) {
        (true, Some(before), Some(after)) => common(before, after) != common(after, before),
        (true, ..) => false,
        (false, before, after) => before != after,
    };
    places.into_iter().map(leaf).filter(differs).collect()
}

/// The order of the items that were there before, in lists whose order means something.
pub(crate) fn orders(before: &Value, other: &Value) -> Vec<(String, Vec<Value>)> {
    let (before, other) = (leaves(before), leaves(other));
    let is_ordered = |path: &[Step]| match path {
        [.., Step::Key(list), Step::Key(last)] => {
            last == ORDER && (list == "initContainers" || list == "rules")
        }
        _ => false,
    };
    let orders = other.iter().filter(|(_, (path, _))| is_ordered(path));
    let known = orders.filter_map(|(place, (_, names))| {
        let old = &before.get(place)?.1;
        Some((place.clone(), common(names, old).into_iter().cloned().collect()))
    });
    known.collect()
}

/// The names of one list that the other has too: what comes or goes has no place that differs.
fn common<'v>(names: &'v Value, others: &Value) -> Vec<&'v Value> {
    let others = others.as_array().unwrap();
    names.as_array().unwrap().iter().filter(|name| others.contains(name)).collect()
}

/// Whether a leaf is the order of a list.
pub(crate) fn is_order(leaf: &Leaf) -> bool {
    leaf.path.last() == Some(&Step::Key(ORDER.to_owned()))
}

const ORDER: &str = "the order";

fn leaves(object: &Value) -> Leaves {
    let mut leaves = Leaves::new();
    walk(object["kind"].as_str().unwrap(), Vec::new(), object, &mut leaves);
    leaves
}

fn walk(kind: &str, path: Vec<Step>, value: &Value, leaves: &mut Leaves) {
    let below = |step: Step| path.iter().cloned().chain([step]).collect::<Vec<_>>();
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| walk(kind, below(Step::Key(key.clone())), value, leaves));
        }
        Value::Array(items) if !items.is_empty() && names(kind, &path).is_some() => {
            let fields = names(kind, &path).unwrap();
            let name = |item: &Value| {
                fields
                    .iter()
                    .map(|(field, default)| {
                        let text = item.get(field).map_or_else(
                            || (*default).to_owned(),
                            |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned),
                        );
                        ((*field).to_owned(), text)
                    })
                    .collect::<Vec<_>>()
            };
            for item in items {
                walk(kind, below(Step::Item(name(item))), item, leaves);
            }
            let order = items.iter().map(|item| format!("{:?}", name(item)).into()).collect();
            let path = below(Step::Key(ORDER.to_owned()));
            leaves.insert(format!("{path:?}"), (path, Value::Array(order)));
        }
        leaf => {
            leaves.insert(format!("{path:?}"), (path, leaf.clone()));
        }
    }
}

fn names(kind: &str, path: &[Step]) -> Option<&'static [(&'static str, &'static str)]> {
    let mut keys = path.iter().rev().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        _ => None,
    });
    let (last, parent) = (keys.next()?, keys.next().unwrap_or_default());
    let known = |(list, fields): &(&str, &'static [_])| {
        (*list == last || *list == format!("{parent}.{last}") || *list == format!("{kind}.{last}"))
            .then_some(*fields)
    };
    match (kind, last) {
        ("Route", "rules") => Some(&[("name", "")]),
        _ => NAMED.iter().find_map(known),
    }
}
