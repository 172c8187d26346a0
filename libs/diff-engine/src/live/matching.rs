//! Which live object a manifest is about.

use std::collections::HashMap;

use kube_model::{Object, ObjectKey};

use crate::identity::{Context, Identity};

/// The live objects, to be found by manifests.
pub(super) struct Live<'l> {
    context: Context<'l>,
    by_identity: HashMap<Identity<'l>, &'l Object>,
    /// By group, kind and name alone.
    by_name: HashMap<Identity<'l>, Vec<&'l Object>>,
}

impl<'l> Live<'l> {
    /// The live objects, known as `context` says.
    pub(super) fn new(context: Context<'l>, live: &'l [Object]) -> Self {
        let identity = |object: &'l Object| context.identity(object);
        let by_identity = live.iter().map(|object| (identity(object), object)).collect();
        let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
        for object in live {
            by_name.entry(Identity { namespace: None, ..identity(object) }).or_default().push(object);
        }
        Self { context, by_identity, by_name }
    }

    /// The live object of a desired one: of its identity; where nobody names a namespace, the only one of its kind and name.
    pub(super) fn of(&self, desired: &'l Object) -> Option<&'l Object> {
        let identity = self.context.identity(desired);
        let exact = self.by_identity.get(&identity).copied();
        if exact.is_some() || identity.namespace.is_some() {
            return exact;
        }
        match self.by_name.get(&identity).map(Vec::as_slice) {
            Some([only]) => Some(only),
            _ => None,
        }
    }
}

/// The live objects by their keys.
pub(super) fn by_key(live: &[Object]) -> HashMap<&ObjectKey, &Object> {
    live.iter().map(|object| (&object.key, object)).collect()
}
