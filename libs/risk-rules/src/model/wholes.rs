//! The variables that a container gets from whole ConfigMaps and Secrets.

use std::collections::BTreeSet;

use kube_model::Path;
use serde_json::Value;

use super::{Container, Keys, Reference, View, Way, Workload, provided_keys};

/// What the `envFrom` of a container gives it.
#[derive(Default)]
pub(crate) struct Wholes {
    pub(crate) names: BTreeSet<String>,
    /// Whether there may be more: something that it reads is not in the files.
    pub(crate) is_open: bool,
}

/// The variables that `envFrom` gives, each with the prefix that stands before the key.
pub(crate) fn wholes(view: &View<'_>, workload: &Workload<'_>, container: &Container<'_>) -> Wholes {
    let mut wholes = Wholes::default();
    let sources = container.value.get("envFrom").and_then(Value::as_array).into_iter().flatten();
    for source in sources {
        let text =
            |value: &'_ Value, field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
        let prefix = text(source, "prefix").unwrap_or_default();
        for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            let Some(name) = source.get(field).and_then(|from| text(from, "name")) else { continue };
            let name = name.as_str();
            let way = Way::Environment;
            let reference = Reference { path: Path::root(), kind, name, key: None, optional: false, way };
            match provided_keys(view, &reference, workload.object) {
                Some(Keys::Known(keys)) => {
                    wholes.names.extend(keys.into_iter().map(|key| format!("{prefix}{key}")));
                }
                Some(Keys::Unknown) | None => wholes.is_open = true,
            }
        }
    }
    wholes
}
