//! The promises.

use diff_engine::{diff, normalise};
use kube_model::schema::Schemas;
use kube_model::{Object, Redactor, State, yaml::Limits};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::manifests::{KINDS, definition, manifest};
use crate::published::{Step, applied, steps};
use crate::raw::{self, Leaf};
use crate::sketch::pair_of_rows;

/// What `plimsoll diff --format json` says of two manifests: the changes, and what is suppressed.
fn published(before: &Value, after: &Value) -> (Vec<Value>, Vec<Value>) {
    let diff = serde_json::to_value(diff(&read(before), &read(after))).unwrap();
    let of = |list: &str| diff[list].as_array().unwrap().clone();
    (of("changes"), of("suppressed"))
}

fn read(manifest: &Value) -> Vec<Object> {
    let text = format!("{}\n---\n{manifest}\n", definition());
    State::read([("a.yaml", text.as_str())], &Limits::default()).unwrap().objects
}

/// A manifest as every engine sees it: its secrets are marks.
fn masked(kind: &str, row: &[u8]) -> Value {
    let objects = Redactor::new(b"one key").redact_all(&read(&manifest(kind, row)));
    let object = objects.into_iter().find(|object| object.key.kind == kind).unwrap();
    Value::clone(&object.value)
}

/// As the API server keeps it (a null is dropped of whatever kind), with every list sorted whose order means nothing, or is looked at
/// apart.
fn kept(value: &Value) -> Value {
    let definition = read(value);
    let schemas = Schemas::built_in().with_crds(&definition);
    let (api_version, kind) = (value["apiVersion"].as_str().unwrap(), value["kind"].as_str().unwrap());
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    sorted(kind, "", &normalise(schemas.of(group, kind), api_version, value))
}

/// A text that a Secret no longer has stays in its `data`: nobody has applied that.
fn with_texts(before: &Value, after: &Value) -> Value {
    let mut after = after.clone();
    for (name, text) in before["stringData"].as_object().into_iter().flatten() {
        if after["data"].get(name).is_none() && after["stringData"].get(name).is_none() {
            after["stringData"][name] = text.clone();
        }
    }
    after
}

fn sorted(kind: &str, key: &str, value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| sorted(kind, key, item)).collect();
            if !matches!(key, "args" | "steps") {
                items.sort_by_key(ToString::to_string);
            }
            Value::Array(items)
        }
        Value::Object(map) => {
            let there = map.iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(key, value)| (key.clone(), sorted(kind, key, value))).collect())
        }
        // Of a custom resource the server keeps an amount as it is written.
        amount if kind == "Widget" && *amount == "1024Mi" => json!("1Gi"),
        plain => plain.clone(),
    }
}

/// Whether something published speaks of a leaf: of it, of what holds it, or, where the leaf is a whole list, of what is in it.
fn tells(entry: &Value, leaf: &Leaf) -> bool {
    let mut told = steps(entry["path"].as_str().unwrap());
    // A Secret's text and its base64 are one place.
    let is_text =
        entry["object"]["kind"] == "Secret" && told.len() == 2 && told[0] == Step::Key("stringData".into());
    if let (true, Some(Step::Key(data))) = (is_text, leaf.path.first()) {
        told[0] = Step::Key(data.clone());
    }
    if raw::is_order(leaf) {
        let (_, list) = leaf.path.split_last().unwrap();
        return list.starts_with(&told);
    }
    let has = |side: &str, value: &Option<Value>| match leaf.path.strip_prefix(told.as_slice()) {
        // Where a manifest says nothing the diff may say what the server fills in; what is empty is no more than nothing.
        Some(rest) => {
            value.as_ref().is_none_or(|value| below(&entry[side], rest) == Some(value) || is_empty(value))
        }
        None => true,
    };
    (leaf.path.starts_with(&told) || told.starts_with(&leaf.path))
        && has("before", &leaf.before)
        && has("after", &leaf.after)
}

fn is_empty(value: &Value) -> bool {
    [json!(null), json!([]), json!({}), json!(""), json!(0), json!(false)].contains(value)
}

fn below<'v>(value: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        step => value.as_array()?.iter().find(|item| crate::published::is(step, item)),
    })
}

proptest! {
    #[test]
    fn nothing_that_differs_is_left_untold(kind in prop::sample::select(&KINDS), (one, other) in pair_of_rows()) {
        let (before, after) = (masked(kind, &one), masked(kind, &other));
        let (changes, suppressed) = published(&before, &after);
        for leaf in raw::differing(&before, &after) {
            let told = changes.iter().chain(&suppressed).any(|entry| tells(entry, &leaf));
            prop_assert!(told, "{leaf:?} of\n{before}\n{after}\nchanges {}\nsuppressed {}", json!(changes), json!(suppressed));
        }
    }

    #[test]
    fn nothing_is_told_where_nothing_differs(kind in prop::sample::select(&KINDS), (row, _) in pair_of_rows()) {
        let same = masked(kind, &row);
        prop_assert_eq!(published(&same, &same), (vec![], vec![]));
    }

    #[test]
    fn the_changes_make_of_one_manifest_the_other(kind in prop::sample::select(&KINDS), (one, other) in pair_of_rows()) {
        let (before, after) = (masked(kind, &one), masked(kind, &other));
        let (changes, _) = published(&before, &after);
        let made = applied(&before, &changes);
        prop_assert_eq!(kept(&made), kept(&with_texts(&before, &after)), "of\n{}\n{}\nby {}", before, after, json!(changes));
        // Where a new item stands among the others is not published.
        prop_assert_eq!(raw::orders(&before, &made), raw::orders(&before, &after), "by {}", json!(changes));
    }
}

/// The properties above would hold of a diff that suppresses everything, or changes everything: this one says what each finds.
#[test]
fn what_the_test_reads_is_what_differs() {
    let of = |replicas: u8, memory: &str, names: [&str; 2]| {
        let container = |name: &str| json!({"name": name, "image": "web:1", "resources": {"requests": {"memory": memory}}});
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "it"},
            "spec": {"replicas": replicas, "template": {"spec": {"containers": names.map(container)}}}})
    };
    let (before, after) = (of(1, "1Gi", ["a", "b"]), of(2, "1024Mi", ["b", "a"]));
    let leaves = raw::differing(&before, &after);
    assert_eq!(leaves.iter().filter(|leaf| raw::is_order(leaf)).count(), 1);
    assert_eq!(leaves.len(), 4, "{leaves:?}");
    let (changes, suppressed) = published(&before, &after);
    assert_eq!((changes.len(), suppressed.len()), (1, 3));
    assert!(leaves.iter().all(|leaf| changes.iter().chain(&suppressed).any(|entry| tells(entry, leaf))));
    assert!(leaves.iter().any(|leaf| !changes.iter().any(|entry| tells(entry, leaf))));
    assert_ne!(kept(&before), kept(&after));
    assert_eq!(kept(&applied(&before, &changes)), kept(&after));
}
