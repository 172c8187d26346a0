//! The difference as JSON Patch (RFC 6902): operations that turn what stands before into what stands after, to the
//! letter. What a diff leaves out (defaults, quantities written differently) is in it too: a patch is for programs that
//! apply it.

use kube_model::schema::Schemas;
use kube_model::{Object, ObjectRef};
use serde::Serialize;
use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::identity::{self, Context};

/// What makes one object of the state before that of the state after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObjectPatch {
    /// The object, as the state after has it; a deleted one as the state before has it.
    pub object: ObjectRef,
    /// What happens to it.
    #[serde(flatten)]
    pub action: Action,
}

/// What happens to an object as a whole. RFC 6902 works within one document, and cannot say that one comes or goes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Action {
    /// It is new.
    Create {
        /// All of it.
        value: Value,
    },
    /// It is gone.
    Delete,
    /// It is in both states.
    Patch {
        /// The operations, to be applied in their order.
        patch: Vec<Operation>,
    },
}

/// An operation of RFC 6902, section 4. Paths are JSON Pointers (RFC 6901).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Operation {
    /// Puts a value under a new key, or into a list before the item with this index.
    Add {
        /// Where.
        path: String,
        /// What.
        value: Value,
    },
    /// Takes a key or an item out.
    Remove {
        /// Which.
        path: String,
    },
    /// Puts a value in the place of another.
    Replace {
        /// Where.
        path: String,
        /// What.
        value: Value,
    },
}

/// The patches between two states, sorted as a diff is; objects that are the same have none. Objects are matched as by
/// [`crate::diff_in`].
#[must_use]
pub fn patches(namespace: Option<&str>, before: &[Object], after: &[Object]) -> Vec<ObjectPatch> {
    map_pairs(namespace, before, after, of_pair).into_iter().flatten().collect()
}

/// What `each` makes of every object of two states and the one that it is in the other, matched as by
/// [`crate::diff_in`], in the order of a diff.
#[must_use]
pub fn map_pairs<T>(
    namespace: Option<&str>,
    before: &[Object],
    after: &[Object],
    mut each: impl FnMut(Option<&Object>, Option<&Object>) -> T,
) -> Vec<T> {
    let schemas = Schemas::built_in().with_crds(before.iter().chain(after));
    let context = Context { namespace, schemas: &schemas };
    identity::pairs(before, after, context).iter().map(|pair| each(pair.before, pair.after)).collect()
}

fn of_pair(before: Option<&Object>, after: Option<&Object>) -> Option<ObjectPatch> {
    let (object, action) = match (before, after) {
        (Some(before), Some(after)) => {
            let patch = patch(&before.value, &after.value);
            (!patch.is_empty()).then_some((after, Action::Patch { patch }))?
        }
        (None, Some(after)) => (after, Action::Create { value: Value::clone(&after.value) }),
        (Some(before), None) => (before, Action::Delete),
        (None, None) => return None,
    };
    Some(ObjectPatch { object: ObjectRef::of(object), action })
}

/// The operations that turn one value into another.
#[must_use]
pub fn patch(before: &Value, after: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    values("", before, after, &mut operations);
    operations
}

fn values(path: &str, before: &Value, after: &Value, operations: &mut Vec<Operation>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(before), Value::Object(after)) => mappings(path, before, after, operations),
        (Value::Array(before), Value::Array(after)) => lists(path, before, after, operations),
        _ => operations.push(Operation::Replace { path: path.to_owned(), value: after.clone() }),
    }
}

fn mappings(
    path: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    operations: &mut Vec<Operation>,
) {
    for (key, value) in before {
        let path = below(path, key);
        match after.get(key) {
            Some(other) => values(&path, value, other, operations),
            None => operations.push(Operation::Remove { path }),
        }
    }
    for (key, value) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        operations.push(Operation::Add { path: below(path, key), value: value.clone() });
    }
}

/// Items that are called the same stay, in the longest sequence that both lists have; the others go and come. An index
/// is that in the list as the operations before have left it.
fn lists(path: &str, before: &[Value], after: &[Value], operations: &mut Vec<Operation>) {
    let (names, others): (Vec<String>, Vec<String>) =
        (before.iter().map(name).collect(), after.iter().map(name).collect());
    let mut at = 0;
    for step in capture_diff_slices(Algorithm::Myers, &names, &others) {
        let (old, new) = (step.old_range(), step.new_range());
        let kept = match step {
            DiffOp::Delete { .. } | DiffOp::Insert { .. } => 0,
            _ => old.len().min(new.len()),
        };
        for (one, other) in before[old.clone()].iter().zip(&after[new.clone()]).take(kept) {
            values(&below(path, &at.to_string()), one, other, operations);
            at += 1;
        }
        for _ in kept..old.len() {
            operations.push(Operation::Remove { path: below(path, &at.to_string()) });
        }
        for value in &after[new].iter().collect::<Vec<_>>()[kept..] {
            operations
                .push(Operation::Add { path: below(path, &at.to_string()), value: Value::clone(value) });
            at += 1;
        }
    }
}

/// What an item of a list is called: by the first of Kubernetes' usual keys that it has, else by all that it says.
fn name(item: &Value) -> String {
    const KEYS: [&str; 10] = [
        "name",
        "mountPath",
        "devicePath",
        "containerPort",
        "port",
        "topologyKey",
        "key",
        "ip",
        "id",
        "type",
    ];
    let named = item.as_object().and_then(|map| KEYS.iter().find_map(|key| Some((key, map.get(*key)?))));
    match named {
        Some((key, value)) => format!("{key}={value}"),
        None => item.to_string(),
    }
}

/// The pointer to what stands under a key (RFC 6901, section 3: `~` is `~0`, `/` is `~1`).
fn below(path: &str, key: &str) -> String {
    format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use kube_model::{State, yaml::Limits};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// Applied by the json-patch crate.
    fn applied(before: &Value, operations: &[Operation]) -> Value {
        let patch: json_patch::Patch =
            serde_json::from_value(serde_json::to_value(operations).unwrap()).unwrap();
        let mut value = before.clone();
        json_patch::patch(&mut value, &patch).unwrap();
        value
    }

    #[track_caller]
    fn is(before: Value, after: Value, expected: Value) {
        let operations = patch(&before, &after);
        assert_eq!(serde_json::to_value(&operations).unwrap(), expected);
        assert_eq!(applied(&before, &operations), after);
    }

    #[test]
    fn keys_are_escaped() {
        is(
            json!({"a/b": {"m~n": 1}}),
            json!({"a/b": {"m~n": 2}, "~1": 3}),
            json!([{"op": "replace", "path": "/a~1b/m~0n", "value": 2}, {"op": "add", "path": "/~01", "value": 3}]),
        );
    }

    #[test]
    fn an_index_is_that_in_the_list_as_it_then_is() {
        is(
            json!([{"name": "a"}, {"name": "b", "image": "b:1"}, {"name": "c"}]),
            json!([{"name": "new"}, {"name": "b", "image": "b:2"}]),
            json!([
                {"op": "replace", "path": "/0/name", "value": "new"},
                {"op": "replace", "path": "/1/image", "value": "b:2"},
                {"op": "remove", "path": "/2"}
            ]),
        );
        is(
            json!(["a", "b", "c"]),
            json!(["c", "a", "b"]),
            json!([{"op": "add", "path": "/0", "value": "c"}, {"op": "remove", "path": "/3"}]),
        );
    }

    #[test]
    fn another_kind_of_value_is_put_in_its_place() {
        is(json!({"a": []}), json!({"a": {}}), json!([{"op": "replace", "path": "/a", "value": {}}]));
        is(json!(1), json!(null), json!([{"op": "replace", "path": "", "value": null}]));
    }

    #[test]
    fn objects_come_and_go_as_a_whole() {
        let objects = |text: &str| State::read([("a.yaml", text)], &Limits::default()).unwrap().objects;
        let before = objects(
            "{apiVersion: v1, kind: Service, metadata: {name: old}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: same}}",
        );
        let after = objects(
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: new}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: same}}",
        );
        let found = serde_json::to_value(patches(None, &before, &after)).unwrap();
        let object = |kind: &str, name: &str| json!({"api_version": "v1", "kind": kind, "namespace": null, "name": name});
        assert_eq!(
            found,
            json!([
                {"object": object("ConfigMap", "new"), "action": "create",
                 "value": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "new"}}},
                {"object": object("Service", "old"), "action": "delete"}
            ])
        );
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..4_i64).prop_map(Value::from),
            "[a-b~/]{0,2}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("name|key|a/b|m~n|~1|", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_patch_makes_after_of_before(before in any_value(), after in any_value()) {
            prop_assert_eq!(applied(&before, &patch(&before, &after)), after);
        }

        #[test]
        fn a_list_that_is_turned_around_is_patched(list in prop::collection::vec(any_value(), 0..6), seed in any::<u64>()) {
            let mut turned = list.clone();
            for index in (1..turned.len()).rev() {
                turned.swap(index, (seed as usize).wrapping_mul(index + 7) % (index + 1));
            }
            let (before, after) = (Value::from(list), Value::from(turned));
            prop_assert_eq!(applied(&before, &patch(&before, &after)), after);
        }

        #[test]
        fn nothing_is_patched_where_nothing_differs(value in any_value()) {
            prop_assert!(patch(&value, &value).is_empty());
        }
    }
}
