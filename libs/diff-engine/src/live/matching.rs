//! Which live object a manifest is about.

use std::collections::HashMap;

use kube_model::{Object, ObjectKey};

/// The live objects, to be found by manifests.
pub(super) struct Live<'l> {
    by_key: HashMap<&'l ObjectKey, &'l Object>,
    by_name: HashMap<(&'l str, &'l str, &'l str), Vec<&'l Object>>,
}

impl<'l> Live<'l> {
    pub(super) fn new(live: &'l [Object]) -> Self {
        let by_key = live.iter().map(|object| (&object.key, object)).collect();
        let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
        for object in live {
            by_name.entry(name(&object.key)).or_default().push(object);
        }
        Self { by_key, by_name }
    }

    pub(super) fn get(&self, key: &ObjectKey) -> Option<&'l Object> {
        self.by_key.get(key).copied()
    }

    /// The live object of a desired one: of its key; where the manifest names no namespace, the only one of its kind and name.
    pub(super) fn of(&self, desired: &'l Object) -> Option<&'l Object> {
        let exact = self.get(&desired.key);
        if exact.is_some() || desired.key.namespace.is_some() {
            return exact;
        }
        match self.by_name.get(&name(&desired.key)).map(Vec::as_slice) {
            Some([only]) => Some(only),
            _ => None,
        }
    }
}

fn name(key: &ObjectKey) -> (&str, &str, &str) {
    (&key.group, &key.kind, &key.name)
}
