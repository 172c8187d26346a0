//! References that follow an object whose generated name changed.

use kube_model::{ObjectRef, Path};
use serde_json::Value;

use crate::diff::{Change, Diff};
use crate::matched::How;

/// The fields in which Kubernetes' kinds name a ConfigMap or a Secret (Kustomize's `nameReference` of both).
const REFERENCES: [&str; 2] = ["name", "secretName"];

/// Says of a change that does nothing but name an object's new name that it follows that one.
pub(crate) fn renames(diff: &mut Diff) {
    let renamed = diff.matched.iter().filter(|one| one.how == How::HashSuffix);
    let renames: Vec<Rename<'_>> =
        renamed.map(|one| Rename { old: &one.before.name, new: &one.after }).collect();
    if renames.is_empty() {
        return;
    }
    let own_name = Path::root().key("metadata").key("name");
    for change in diff.changes.iter_mut().filter(|change| change.path != own_name) {
        change.follows = followed(change, &renames);
        // Nothing but the new name is different inside.
        if change.follows.is_some() {
            change.inside = None;
        }
    }
}

struct Rename<'a> {
    old: &'a str,
    new: &'a ObjectRef,
}

fn followed(change: &Change, renames: &[Rename<'_>]) -> Option<String> {
    let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
    let of_namespace: Vec<&Rename<'_>> =
        renames.iter().filter(|one| one.new.namespace == change.object.namespace).collect();
    let mut met = None;
    let key = change.path.last_key().unwrap_or_default();
    let renamed = with_new_names(key, before, &of_namespace, &mut met);
    met.filter(|_| renamed == *after).map(|new| new.key().short())
}

/// The value with every old name as the new one. The first that is met is put into `met`.
fn with_new_names<'a>(
    key: &str,
    value: &Value,
    names: &[&Rename<'a>],
    met: &mut Option<&'a ObjectRef>,
) -> Value {
    match value {
        Value::String(text) if REFERENCES.contains(&key) => match names.iter().find(|one| one.old == text) {
            Some(Rename { new, .. }) => {
                met.get_or_insert(new);
                Value::from(new.name.clone())
            }
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| with_new_names(key, item, names, met)).collect(),
        Value::Object(map) => {
            let renamed =
                map.iter().map(|(key, value)| (key.clone(), with_new_names(key, value, names, met)));
            Value::Object(renamed.collect())
        }
        plain => plain.clone(),
    }
}
