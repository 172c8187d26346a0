//! Definitions of custom resources that know less than before.

use std::collections::BTreeMap;

use kube_model::{Object, Path, Segment, shown, shown_list};
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, named};
use crate::rule::{Check, Group, Hit, Rule};

const VERSIONS: &str = "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "crd-version-removed",
        group: Group::Data,
        title: "A definition no longer serves a version",
        levels: [Level::Medium, Level::High],
        source: VERSIONS,
        remedy: "Move every object to the new version first, and take the old one out of status.storedVersions.",
        fires: "`v1alpha1` leaves the definition, and an object in the files is written in it",
        near_miss: "`v1beta1` is added and `v1alpha1` stays",
        equivalents: &[],
        check: Check::States(version_removed),
    },
    Rule {
        id: "crd-field-removed",
        group: Group::Data,
        title: "A definition no longer knows a field",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning",
        remedy: "Keep the field until no object has it: what the definition does not know is dropped at the next write.",
        fires: "`spec.discount` leaves the schema",
        near_miss: "a field is added; the schema preserves unknown fields",
        equivalents: &[],
        check: Check::States(field_removed),
    },
    Rule {
        id: "crd-field-required",
        group: Group::Data,
        title: "A custom kind asks for a field that its objects may not have",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation",
        remedy: "Give the field a default, or write it into every object first.",
        fires: "`required: [owner]` is added to the schema",
        near_miss: "the field has a default; what it belongs to is new as well",
        equivalents: &[],
        check: Check::States(field_required),
    },
];

const CRD: &str = "CustomResourceDefinition";

fn versions(definition: &Object) -> impl Iterator<Item = &Value> {
    definition.at(&["spec", "versions"]).and_then(Value::as_array).into_iter().flatten()
}

/// The versions that a definition serves, by name.
fn served(definition: &Object) -> BTreeMap<&str, &Value> {
    versions(definition)
        .filter(|version| version.get("served") != Some(&Value::Bool(false)))
        .filter_map(|version| Some((version.get("name")?.as_str()?, version)))
        .collect()
}

/// The objects of a definition in the state after, in this version.
fn objects<'a>(change: &Change<'a>, definition: &Object, version: &str) -> Vec<&'a Object> {
    let text = |keys: &[&str]| definition.text(keys).unwrap_or_default();
    let (group, kind) = (text(&["spec", "group"]).to_owned(), text(&["spec", "names", "kind"]).to_owned());
    let found = change.after.custom(&group, &kind);
    found.filter(|object| object.api_version.rsplit('/').next() == Some(version)).collect()
}

fn version_path(version: &str) -> Path {
    let item = Segment::Item(vec![("name".to_owned(), version.to_owned())]);
    Path::root().key("spec").key("versions").join(item)
}

fn version_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.kept(CRD) {
        let left = served(after);
        let listed: Vec<&str> = versions(after).filter_map(|version| version.get("name")?.as_str()).collect();
        for (version, was) in served(before).into_iter().filter(|(version, _)| !left.contains_key(version)) {
            let users: Vec<String> = objects(change, after, version).into_iter().map(named).collect();
            // A version that is listed and not served is the step before it goes.
            let is_stored = was.get("storage") == Some(&Value::Bool(true)) && !listed.contains(&version);
            let (risk, follows) = match (users.is_empty(), is_stored) {
                (false, _) => {
                    (Harm.certain(), format!("{} is written in it and is refused", shown_list(&users, 3)))
                }
                (true, true) => (
                    Harm.likely(),
                    "objects are stored in it, so that the API server refuses the change".to_owned(),
                ),
                (true, false) => (Harm.possible(), "who still writes or reads it is refused".to_owned()),
            };
            let message = format!("The version {} is served no more: {follows}.", shown(version));
            hits.push(Hit::new(risk, after, version_path(version), message).before(Some(version)));
        }
    }
    hits
}

fn field_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.kept(CRD) {
        let now = served(after);
        for (version, was) in served(before) {
            let Some(is) = now.get(version) else { continue };
            let schema = |version: &'_ Value| {
                version.get("schema").and_then(|schema| schema.get("openAPIV3Schema")).cloned()
            };
            let (Some(was), Some(is)) = (schema(was), schema(is)) else { continue };
            let mut lost = Vec::new();
            collect_lost(&was, &is, &mut Vec::new(), &mut lost);
            if lost.is_empty() {
                continue;
            }
            let found = objects(change, after, version);
            let users: Vec<String> = found
                .iter()
                .filter(|object| lost.iter().any(|path| has(&object.value, path)))
                .map(|object| named(object))
                .collect();
            let fields: Vec<String> = lost.iter().map(|path| shown(&path.join("."))).collect();
            let (risk, who) = match users.is_empty() {
                true => (Harm.possible(), "objects that have it".to_owned()),
                false => (Harm.certain(), shown_list(&users, 3)),
            };
            let message = format!(
                "The version {} no longer knows {}: it is dropped from {who} at the next write.",
                shown(version),
                shown_list(&fields, 4)
            );
            hits.push(
                Hit::new(risk, after, version_path(version).key("schema"), message)
                    .before(Some(fields.join(", "))),
            );
        }
    }
    hits
}

fn field_required(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.kept(CRD) {
        let now = served(after);
        for (version, was) in served(before) {
            let Some(is) = now.get(version) else { continue };
            let schema = |version: &'_ Value| {
                version.get("schema").and_then(|all| all.get("openAPIV3Schema")).cloned()
            };
            let (Some(was), Some(is)) = (schema(was), schema(is)) else { continue };
            let mut required = Vec::new();
            collect_required(&was, &is, &mut Vec::new(), &mut required);
            if required.is_empty() {
                continue;
            }
            let users: Vec<String> = objects(change, after, version)
                .into_iter()
                .filter(|object| required.iter().any(|path| lacks(&object.value, path)))
                .map(named)
                .collect();
            let fields: Vec<String> = required.iter().map(|path| shown(&path.join("."))).collect();
            let fields = shown_list(&fields, 4);
            let (risk, message) = match users.is_empty() {
                true => (
                    Harm.possible(),
                    format!(
                        "The version {} requires {fields} from now on: objects without it are refused at their next \
                             write.",
                        shown(version)
                    ),
                ),
                false => (
                    Harm.certain(),
                    format!(
                        "The version {} requires {fields} from now on, and {} lacks it: the API server refuses it.",
                        shown(version),
                        shown_list(&users, 3)
                    ),
                ),
            };
            hits.push(
                Hit::new(risk, after, version_path(version).key("schema"), message).after(Some(fields)),
            );
        }
    }
    hits
}

/// The fields without a default that a schema requires and did not; what is below a field that is new counts with it.
fn collect_required(was: &Value, is: &Value, at: &mut Vec<String>, required: &mut Vec<Vec<String>>) {
    let names = |schema: &Value| -> Vec<String> {
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let known = names(was);
    let property = |schema: &'_ Value, name: &str| {
        schema.get("properties").and_then(|properties| properties.get(name)).cloned()
    };
    for name in names(is).into_iter().filter(|name| !known.contains(name)) {
        if property(is, &name).is_none_or(|field| field.get("default").is_none()) {
            required.push(at.iter().cloned().chain([name]).collect());
        }
    }
    for (name, is) in is.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(was) = property(was, name) {
            at.push(name.clone());
            collect_required(&was, is, at, required);
            at.pop();
        }
    }
    if let (Some(was), Some(is)) = (was.get("items"), is.get("items")) {
        collect_required(was, is, at, required);
    }
}

/// Whether an object has what a field belongs to, and not the field.
fn lacks(value: &Value, path: &[String]) -> bool {
    match (value, path) {
        (Value::Array(items), _) => items.iter().any(|item| lacks(item, path)),
        (Value::Object(map), [name]) => !map.contains_key(name),
        (_, [name, rest @ ..]) if !rest.is_empty() => value.get(name).is_some_and(|value| lacks(value, rest)),
        _ => false,
    }
}

/// The fields that a schema knew and no longer knows; what is below a lost one is lost with it.
fn collect_lost(was: &Value, is: &Value, at: &mut Vec<String>, lost: &mut Vec<Vec<String>>) {
    if is.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true))
        || is.get("additionalProperties").is_some()
    {
        return;
    }
    for (name, was) in was.get("properties").and_then(Value::as_object).into_iter().flatten() {
        at.push(name.clone());
        match is.get("properties").and_then(|properties| properties.get(name)) {
            None => lost.push(at.clone()),
            Some(is) => collect_lost(was, is, at, lost),
        }
        at.pop();
    }
    if let (Some(was), Some(is)) = (was.get("items"), is.get("items")) {
        collect_lost(was, is, at, lost);
    }
}

/// Whether an object has a field; in lists, whether one of the items has.
fn has(value: &Value, path: &[String]) -> bool {
    match (value, path) {
        (_, []) => true,
        (Value::Array(items), _) => items.iter().any(|item| has(item, path)),
        (_, [name, rest @ ..]) => value.get(name).is_some_and(|value| has(value, rest)),
    }
}
