//! What the pods of a workload need by name.

use std::collections::HashSet;

use kube_model::{Path, Segment};
use serde_json::Value;

use super::{Workload, items, text};

/// Something that a workload's pods need by name.
pub(crate) struct Reference<'a> {
    pub(crate) path: Path,
    pub(crate) kind: &'static str,
    pub(crate) name: &'a str,
    /// The key of a ConfigMap or Secret, if the reference names one.
    pub(crate) key: Option<&'a str>,
    /// Whether the pods start without it.
    pub(crate) optional: bool,
    pub(crate) way: Way,
}

/// How the pods get at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// An environment variable: read once, at the start.
    Environment,
    /// A volume: follows its source.
    Volume,
    /// A volume of which a `subPath` is mounted: does not follow its source.
    SubPath,
    /// By its name alone.
    Name,
}

/// What the pods of a workload need by name.
pub(crate) fn references<'a>(workload: &Workload<'a>) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    for container in &workload.containers {
        from_environment(container, &mut found);
    }
    let in_part = mounted_in_part(workload);
    for volume in items(workload.pod.get("volumes")) {
        from_volume(workload, volume, &in_part, &mut found);
    }
    let by_name =
        |path, kind, name| Reference { path, kind, name, key: None, optional: false, way: Way::Name };
    if let Some(name) = workload.pod.get("serviceAccountName").and_then(Value::as_str) {
        found.push(by_name(workload.path.key("serviceAccountName"), "ServiceAccount", name));
    }
    for secret in items(workload.pod.get("imagePullSecrets")) {
        if let Some(name) = text(secret, "name") {
            let path = workload.path.key("imagePullSecrets").join(item("name", name));
            found.push(by_name(path, "Secret", name));
        }
    }
    found.retain(|reference| !reference.name.is_empty());
    found
}

fn from_environment<'a>(container: &super::Container<'a>, found: &mut Vec<Reference<'a>>) {
    let env = container.path.key("env");
    for variable in items(container.value.get("env")) {
        let Some(name) = text(variable, "name") else { continue };
        for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
            let Some(source) = variable.get("valueFrom").and_then(|from| from.get(field)) else { continue };
            found.extend(
                refer(env.join(item("name", name)), kind, source, "name").map(|reference| Reference {
                    key: text(source, "key"),
                    way: Way::Environment,
                    ..reference
                }),
            );
        }
    }
    for from in items(container.value.get("envFrom")) {
        for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            let Some(source) = from.get(field) else { continue };
            let reference = refer(container.path.key("envFrom"), kind, source, "name");
            found.extend(reference.map(|reference| Reference { way: Way::Environment, ..reference }));
        }
    }
}

fn from_volume<'a>(
    workload: &Workload<'a>,
    volume: &'a Value,
    in_part: &HashSet<&str>,
    found: &mut Vec<Reference<'a>>,
) {
    let Some(name) = text(volume, "name") else { return };
    let path = workload.path.key("volumes").join(item("name", name));
    let way = if in_part.contains(name) { Way::SubPath } else { Way::Volume };
    let projected = items(volume.get("projected").and_then(|projected| projected.get("sources")));
    for source in std::iter::once(volume).chain(projected) {
        for (field, kind, name_field) in [
            ("configMap", "ConfigMap", "name"),
            ("secret", "Secret", "secretName"),
            ("secret", "Secret", "name"),
            ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
        ] {
            let Some(source) = source.get(field) else { continue };
            let Some(whole) = refer(path.clone(), kind, source, name_field) else { continue };
            let keys: Vec<&str> = items(source.get("items")).filter_map(|entry| text(entry, "key")).collect();
            let with_key = |key| Reference { key, way, path: path.clone(), ..whole };
            match keys.is_empty() {
                true => found.push(with_key(None)),
                false => found.extend(keys.into_iter().map(|key| with_key(Some(key)))),
            }
        }
    }
}

/// The volumes that a container mounts by a `subPath`: such a mount does not follow its source (Kubernetes
/// documentation, "ConfigMaps", "Mounted ConfigMaps are updated automatically").
fn mounted_in_part<'a>(workload: &Workload<'a>) -> HashSet<&'a str> {
    let mounts = workload.containers.iter().flat_map(|container| items(container.value.get("volumeMounts")));
    let in_part = mounts.filter(|mount| mount.get("subPath").is_some() || mount.get("subPathExpr").is_some());
    in_part.filter_map(|mount| text(mount, "name")).collect()
}

fn refer<'a>(path: Path, kind: &'static str, source: &'a Value, name: &str) -> Option<Reference<'a>> {
    let optional = source.get("optional").and_then(Value::as_bool).unwrap_or(false);
    let name = text(source, name)?;
    Some(Reference { path, kind, name, key: None, optional, way: Way::Name })
}

fn item(field: &str, value: &str) -> Segment {
    Segment::Item(vec![(field.to_owned(), value.to_owned())])
}
