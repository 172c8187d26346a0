//! Edits of a chart's values: the target's own values files take over values of the source, one after the other, and
//! rendering says which places each of them sets.

use std::rc::Rc;

use file_tree::join;
use serde_json::{Map, Value};

use super::draft::Draft;
use super::trial::{Open, Standing};
use super::write::{Mechanism, Site};
use super::{Documents, Inputs, Layer};

pub(super) const MECHANISMS: &[Mechanism] = &[take_value];

/// The values files of a side, those that win last.
fn values_files(layer: &Layer<'_>) -> Vec<String> {
    let Inputs::Helm { chart, values } = layer.inputs else { return Vec::new() };
    join(chart, "values.yaml").into_iter().chain(values.iter().cloned()).collect()
}

/// Takes a value of the source over where the two differ: those first that show in what is planned.
fn take_value<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let (ours, theirs) = (site.layers.target, site.layers.source);
    let ours = Stack::read(&values_files(&ours), |path| draft.documents(path));
    let theirs = Stack::read(&values_files(&theirs), |path| Documents::read(theirs.tree, path, site.limits));
    let mut paths = Vec::new();
    differing(&mut Vec::new(), Some(&ours.merged), Some(&theirs.merged), &mut paths);
    paths.sort_by_key(|path| !shows(at(&theirs.merged, path), open.planned.as_ref()));
    paths.iter().filter_map(|path| with_value(site, draft, &ours, &theirs, path)).collect()
}

/// The draft in which the target's own file gives the source's value.
fn with_value<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    ours: &Stack,
    theirs: &Stack,
    path: &[String],
) -> Option<Draft<'a>> {
    let own = |file: &&(String, Rc<Documents>)| site.is_own(&file.0);
    let sets = |file: &&(String, Rc<Documents>)| at_first(&file.1, path).is_some();
    let (file, documents) =
        ours.files.iter().rev().filter(own).find(sets).or_else(|| ours.files.iter().rev().find(own))?;
    let value = documents.values.first().cloned().unwrap_or_default();
    let template = theirs.files.iter().rev().find(sets).map(|(_, documents)| (documents.clone(), 0));
    let new = with(value, path, at(&theirs.merged, path).cloned())?;
    draft.clone().with_document(file, 0, new, template)
}

/// Values files, and what they come to.
struct Stack {
    files: Vec<(String, Rc<Documents>)>,
    merged: Value,
}

impl Stack {
    fn read(paths: &[String], read: impl Fn(&str) -> Option<Documents>) -> Self {
        let files = paths.iter().filter_map(|path| Some((path.clone(), Rc::new(read(path)?))));
        let files: Vec<(String, Rc<Documents>)> = files.collect();
        let first = |documents: &Documents| documents.values.first().cloned().unwrap_or_default();
        let merged =
            files.iter().fold(Value::Object(Map::new()), |all, (_, documents)| merged(all, first(documents)));
        Self { files, merged }
    }
}

/// As Helm merges values: maps key by key, everything else whole, and null takes away.
fn merged(below: Value, above: Value) -> Value {
    match (below, above) {
        (Value::Object(mut below), Value::Object(above)) => {
            for (key, value) in above {
                let old = below.remove(&key);
                if !value.is_null() {
                    below.insert(key, old.map_or_else(|| value.clone(), |old| merged(old, value.clone())));
                }
            }
            Value::Object(below)
        }
        // An empty file.
        (below, Value::Null) => below,
        (_, above) => above,
    }
}

/// The paths of keys at which two values differ: the topmost that one of them lacks, else the leaves.
fn differing(
    path: &mut Vec<String>,
    ours: Option<&Value>,
    theirs: Option<&Value>,
    found: &mut Vec<Vec<String>>,
) {
    match (ours, theirs) {
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            let keys: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            for key in keys {
                path.push(key.clone());
                differing(path, ours.get(key), theirs.get(key), found);
                path.pop();
            }
        }
        (ours, theirs) if ours != theirs => found.push(path.clone()),
        _ => {}
    }
}

fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

fn at_first<'d>(documents: &'d Documents, path: &[String]) -> Option<&'d Value> {
    at(documents.values.first()?, path)
}

/// A value with another one at a path of keys.
fn with(mut value: Value, path: &[String], new: Option<Value>) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let mut place = &mut value;
    for key in parents {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        place = place.as_object_mut()?.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
    }
    if place.is_null() {
        *place = Value::Object(Map::new());
    }
    match new {
        Some(new) => drop(place.as_object_mut()?.insert(last.clone(), new)),
        None => drop(place.as_object_mut()?.remove(last)),
    }
    Some(value)
}

/// Whether a value of the source can be seen in what is planned.
fn shows(value: Option<&Value>, planned: Option<&Value>) -> bool {
    let (Some(value), Some(planned)) = (value, planned) else { return value.is_none() && planned.is_none() };
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => return value == planned,
        other => other.to_string(),
    };
    !text.is_empty() && planned.to_string().contains(&text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// <https://helm.sh/docs/chart_template_guide/values_files/>: "Deleting a default key" by null; lists are replaced.
    #[test]
    fn values_merge_as_helm_merges_them() {
        let below = json!({"probe": {"httpGet": {"path": "/"}, "delay": 1}, "list": [1, 2]});
        let above = json!({"probe": {"httpGet": null, "exec": {"command": ["a"]}}, "list": [3]});
        assert_eq!(
            merged(below, above),
            json!({"probe": {"delay": 1, "exec": {"command": ["a"]}}, "list": [3]})
        );
    }

    #[test]
    fn values_differ_at_leaves_or_where_one_has_none() {
        let mut found = Vec::new();
        let (ours, theirs) =
            (json!({"a": {"b": 1, "c": 2}, "d": [1]}), json!({"a": {"b": 1, "c": 3}, "e": {"f": 1}}));
        differing(&mut Vec::new(), Some(&ours), Some(&theirs), &mut found);
        assert_eq!(found, [vec!["a", "c"], vec!["d"], vec!["e"]]);
    }
}
