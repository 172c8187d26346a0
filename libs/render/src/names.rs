//! The names that objects have in their files.

use std::collections::{BTreeMap, BTreeSet};

use kube_model::ObjectKey;
use kustomize::{By, Resource};
use serde_json::Value;

/// For each name that an object has once it is rendered, the name in its file; none where two objects of one name had
/// different ones.
pub(crate) struct Names {
    written: BTreeMap<String, Option<String>>,
    /// Objects of one kind and namespace that have one name in their files: a base that was taken twice. They keep the
    /// names that they are rendered with.
    twice: BTreeSet<ObjectKey>,
}

impl Names {
    pub(crate) fn of(resources: &[Resource]) -> Self {
        let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
        for resource in resources {
            let (now, original) = (resource.key().name, resource.original().name.clone());
            names
                .entry(now)
                .and_modify(|known| *known = known.take().filter(|known| *known == original))
                .or_insert(Some(original));
        }
        let (mut once, mut twice) = (BTreeSet::new(), BTreeSet::new());
        for key in resources.iter().map(written_key) {
            if !once.insert(key.clone()) {
                twice.insert(key);
            }
        }
        Self { written: names, twice }
    }

    /// An object with its own name and the names of others as the files have them.
    pub(crate) fn as_written(&self, resource: &Resource, mut value: Value) -> (ObjectKey, Value) {
        resource.origins(&mut |pointer, origin| {
            if origin.by != By::NameReference {
                return;
            }
            if let Some(Value::String(text)) = value.pointer_mut(pointer)
                && let Some(Some(original)) = self.written.get(text.as_str())
            {
                text.clone_from(original);
            }
        });
        let key = written_key(resource);
        if self.twice.contains(&key) {
            return (resource.key(), value);
        }
        if let Some(name) = value.pointer_mut("/metadata/name") {
            *name = Value::from(key.name.clone());
        }
        (key, value)
    }
}

/// What an object is with the name that its file gives it.
fn written_key(resource: &Resource) -> ObjectKey {
    let original = resource.original();
    ObjectKey { name: original.name.clone(), kind: original.kind.clone(), ..resource.key() }
}
