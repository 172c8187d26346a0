//! Which live object a manifest is about.

use kube_model::Object;

/// The live object of a desired one: of its key; where the manifest names no namespace, the only one of its kind and name.
pub(super) fn live_of<'l>(live: &'l [Object], desired: &Object) -> Option<&'l Object> {
    let exact = live.iter().find(|object| object.key == desired.key);
    if exact.is_some() || desired.key.namespace.is_some() {
        return exact;
    }
    let mut same = live.iter().filter(|object| {
        let (one, other) = (&object.key, &desired.key);
        (&one.group, &one.kind, &one.name) == (&other.group, &other.kind, &other.name)
    });
    let only = same.next();
    only.filter(|_| same.next().is_none())
}
