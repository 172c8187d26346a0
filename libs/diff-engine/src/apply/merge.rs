//! The three-way merge by which an applied object becomes the live one.

use kube_model::schema::{FieldType, ListKey, ListType, Scalar};
use serde_json::{Map, Value};

use super::By;
use super::owned::Owned;

/// What stands at one place in the three objects that are merged.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    /// What is there now.
    pub(super) live: Option<&'a Value>,
    /// What the applier put there the last time.
    pub(super) previous: Option<&'a Value>,
    /// What others put there, and would stay without the applier.
    pub(super) others: Option<&'a Owned>,
}

/// What is live after `desired` is applied: what the applier had and no longer has is gone unless others have it too, what it
/// has is there, and everything else stays (`Updater.Apply` of sigs.k8s.io/structured-merge-diff).
pub(super) fn merged(of: &FieldType, sides: Sides<'_>, desired: &Value, by: By) -> Value {
    match (of, desired) {
        (FieldType::Object(of), Value::Object(desired)) => {
            let field = |name: &str| of.field(name).map(|field| field.field_type);
            let mut result = mapping(&field, sides, desired, by);
            if by == By::Client && of.name().is_some_and(|name| RETAIN_KEYS.contains(&name)) {
                result.retain(|name, _| desired.contains_key(name));
            }
            Value::Object(result)
        }
        (FieldType::Map(of), Value::Object(desired)) => {
            Value::Object(mapping(&|_| Some(of), sides, desired, by))
        }
        (FieldType::List(ListType::Map(keys), of), Value::Array(desired)) => {
            items(&|item| Some(item_key(item, keys)), of, sides, desired, by)
        }
        (FieldType::List(ListType::Set, of), Value::Array(desired)) => {
            items(&|item| Some(vec![Some(item.clone())]), of, sides, desired, by)
        }
        // Where no schema says more, mappings are merged and lists are not (`typed.DeducedParseableType`).
        (FieldType::Scalar(Scalar::Any), Value::Object(desired)) => {
            Value::Object(mapping(&|_| None, sides, desired, by))
        }
        _ => desired.clone(),
    }
}

/// Types of which kubectl clears the fields that are not written (`patchStrategy: retainKeys` in k8s.io/api).
const RETAIN_KEYS: [&str; 2] = ["apps.v1.DeploymentStrategy", "core.v1.Volume"];

/// A type of which nothing is known.
pub(super) const UNKNOWN: FieldType = FieldType::Scalar(Scalar::Any);

fn mapping<'t>(
    of: &dyn Fn(&str) -> Option<&'t FieldType>,
    sides: Sides<'_>,
    desired: &Map<String, Value>,
    by: By,
) -> Map<String, Value> {
    let object = |side: Option<&Value>| side.and_then(Value::as_object).cloned().unwrap_or_default();
    let (mut result, previous) = (object(sides.live), object(sides.previous));
    for gone in previous.keys().filter(|key| !desired.contains_key(*key)) {
        let kept = sides.others.and_then(|others| others.field(gone)?.of(result.get(gone)?));
        match kept {
            Some(kept) => result.insert(gone.clone(), kept),
            None => result.remove(gone),
        };
    }
    for (key, value) in desired {
        let below = Sides {
            live: result.get(key),
            previous: previous.get(key),
            others: sides.others.and_then(|others| others.field(key)),
        };
        let value = merged(of(key).unwrap_or(&UNKNOWN), below, value, by);
        result.insert(key.clone(), value);
    }
    result
}

/// What tells an item of a list: the values of its keys, or the item itself.
type Key = Vec<Option<Value>>;

fn items(
    key: &dyn Fn(&Value) -> Option<Key>,
    of: &FieldType,
    sides: Sides<'_>,
    desired: &[Value],
    by: By,
) -> Value {
    let list = |side: Option<&Value>| side.and_then(Value::as_array).cloned().unwrap_or_default();
    let (live, previous) = (list(sides.live), list(sides.previous));
    let find = |items: &[Value], wanted: &Value| items.iter().position(|item| key(item) == key(wanted));
    let mut result: Vec<Value> = desired
        .iter()
        .map(|item| {
            let below = Sides {
                live: find(&live, item).and_then(|at| live.get(at)),
                previous: find(&previous, item).and_then(|at| previous.get(at)),
                others: sides.others.and_then(|others| others.item(item)),
            };
            merged(of, below, item, by)
        })
        .collect();
    for item in live.iter().filter(|item| find(desired, item).is_none()) {
        match find(&previous, item) {
            None => result.push(item.clone()),
            Some(_) => result.extend(sides.others.and_then(|others| others.item(item)?.of(item))),
        }
    }
    Value::Array(result)
}

/// Of an item without a name the live object has an empty one, and of a port without a number the number 0.
fn item_key(item: &Value, keys: &[ListKey]) -> Key {
    let default = |key: &ListKey| key.default.as_ref().map(|default| Value::from(default.as_ref()));
    let given =
        |key: &ListKey| item.get(key.field.as_ref()).filter(|value| *value != "" && *value != 0).cloned();
    keys.iter().map(|key| given(key).or_else(|| default(key))).collect()
}
