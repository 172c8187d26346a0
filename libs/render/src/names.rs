//! The names that objects have in their files.

use std::collections::BTreeMap;

use kube_model::ObjectKey;
use kustomize::{By, Resource};
use serde_json::Value;

/// For each name that an object has once it is rendered, the name in its file; none where two objects of one name had
/// different ones.
pub(crate) struct Names(BTreeMap<String, Option<String>>);

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
        Self(names)
    }

    /// An object with its own name and the names of others as the files have them.
    pub(crate) fn as_written(&self, resource: &Resource, mut value: Value) -> (ObjectKey, Value) {
        let original = resource.original();
        resource.origins(&mut |pointer, origin| {
            if origin.by != By::NameReference {
                return;
            }
            if let Some(Value::String(text)) = value.pointer_mut(pointer)
                && let Some(Some(original)) = self.0.get(text.as_str())
            {
                text.clone_from(original);
            }
        });
        if let Some(name) = value.pointer_mut("/metadata/name") {
            *name = Value::from(original.name.clone());
        }
        (ObjectKey { name: original.name.clone(), kind: original.kind.clone(), ..resource.key() }, value)
    }
}
