//! The variables that a container gets from whole ConfigMaps and Secrets.

use kube_model::Path;

use super::{Container, Provided, Reference, View, Way, Workload, items, provided, text};

/// What the `envFrom` of a container gives it.
#[derive(Default)]
pub(crate) struct Wholes<'a> {
    /// Each with the prefix that stands before its keys.
    sources: Vec<(&'a str, Provided<'a>)>,
    /// Whether there may be more: something that it reads is not in the files.
    pub(crate) is_open: bool,
}

impl Wholes<'_> {
    /// Whether a variable is known to be among them.
    pub(crate) fn has(&self, name: &str) -> bool {
        let mut keys =
            self.sources.iter().filter_map(|(prefix, source)| Some((name.strip_prefix(prefix)?, source)));
        keys.any(|(key, source)| !source.lacks(key))
    }
}

/// The variables that `envFrom` gives.
pub(crate) fn wholes<'a>(view: &View<'a>, workload: &Workload<'_>, container: &Container<'a>) -> Wholes<'a> {
    let mut wholes = Wholes::default();
    for source in items(container.value.get("envFrom")) {
        let prefix = text(source, "prefix").unwrap_or_default();
        for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            let Some(name) = source.get(field).and_then(|from| text(from, "name")) else { continue };
            let way = Way::Environment;
            let reference = Reference { path: Path::root(), kind, name, key: None, optional: false, way };
            match provided(view, &reference, workload.object) {
                Some(Provided::Unknown) | None => wholes.is_open = true,
                Some(known) => wholes.sources.push((prefix, known)),
            }
        }
    }
    wholes
}
