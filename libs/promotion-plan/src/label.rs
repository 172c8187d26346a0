//! The shortest form of a place that means one place: group and namespace only where they are needed.

use std::collections::{BTreeMap, BTreeSet};

use kube_model::{ObjectKey, Place};

/// Which kinds and names are ambiguous.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    groups: BTreeMap<String, BTreeSet<String>>,
    namespaces: BTreeMap<(String, String), BTreeSet<Option<String>>>,
}

impl Labels {
    pub(crate) fn of<'a>(keys: impl Iterator<Item = &'a ObjectKey>) -> Self {
        let mut labels = Self::default();
        for key in keys {
            labels.groups.entry(key.kind.clone()).or_default().insert(key.group.clone());
            let name = (key.kind.clone(), key.name.clone());
            labels.namespaces.entry(name).or_default().insert(key.namespace.clone());
        }
        labels
    }

    pub(crate) fn label(&self, place: &Place) -> String {
        let mut key = place.object.clone();
        if self.groups.get(&key.kind).is_none_or(|groups| groups.len() < 2) {
            key.group.clear();
        }
        let name = (key.kind.clone(), key.name.clone());
        if self.namespaces.get(&name).is_none_or(|namespaces| namespaces.len() < 2) {
            key.namespace = None;
        }
        Place { object: key, path: place.path.clone() }.to_string()
    }
}
