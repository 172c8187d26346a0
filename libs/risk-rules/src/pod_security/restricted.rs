//! The controls that the restricted standard has beyond the baseline.

use kube_model::Segment;
use serde_json::Value;

use super::pod::{at, items, violation};
use super::{Pod, PodContainer, Version, Violation};

/// Three controls are for Linux alone since version 1.25.
fn is_exempt(pod: &Pod<'_>, version: Version) -> bool {
    pod.is_windows() && version >= Version(25)
}

/// The page's list, and `image`: the admission controller lets it through since Kubernetes 1.33, whatever version of the
/// standard a namespace names (kubernetes/kubernetes#130394), and clusters before 1.31 do not know it.
const VOLUME_TYPES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// `volumes[*]`: each sets one of the allowed types. A volume without a source is an `emptyDir` once it is stored.
pub(crate) fn volume_types(pod: &Pod<'_>) -> Vec<Violation> {
    let found = items(pod.spec.get("volumes")).filter_map(|volume| {
        let fields = volume.as_object()?;
        let mut sources = fields.iter().filter(|(key, value)| *key != "name" && !value.is_null());
        let is_allowed = VOLUME_TYPES.iter().any(|allowed| at(volume, &[allowed]).is_some());
        let (source, _) = sources.next().filter(|_| !is_allowed)?;
        let item = Segment::Item(vec![("name".to_owned(), volume.get("name")?.as_str()?.to_owned())]);
        let path = pod.path.key("volumes").join(item).key(source);
        Some(violation(path, Some(&Value::from(source.as_str())), None))
    });
    found.collect()
}

/// `allowPrivilegeEscalation` of containers: false (v1.8+).
pub(crate) fn allow_escalation(pod: &Pod<'_>, version: Version) -> Vec<Violation> {
    if is_exempt(pod, version) {
        return Vec::new();
    }
    let keys = ["securityContext", "allowPrivilegeEscalation"];
    let open = pod.containers.iter().filter(|container| container.at(&keys) != Some(&Value::Bool(false)));
    open.map(|container| container.violates(&keys, container.at(&keys))).collect()
}

/// A field of a container's security context, or of the pod's where the container says nothing.
fn effective<'a>(pod: &Pod<'a>, container: &PodContainer<'a>, keys: &[&str]) -> Option<&'a Value> {
    let keys = [&["securityContext"], keys].concat();
    container.at(&keys).or_else(|| at(pod.spec, &keys))
}

/// `runAsNonRoot`: true for the pod, or for every container; nobody may set it to false.
pub(crate) fn non_root(pod: &Pod<'_>) -> Vec<Violation> {
    let keys = ["securityContext", "runAsNonRoot"];
    let of_pod = at(pod.spec, &keys).filter(|value| **value == Value::Bool(false));
    let of_pod = of_pod.map(|value| violation(pod.path.below(&keys), Some(value), None));
    let open = pod
        .containers
        .iter()
        .filter(|container| effective(pod, container, &["runAsNonRoot"]) != Some(&Value::Bool(true)));
    let open = open.map(|container| container.violates(&keys, container.at(&keys)));
    of_pod.into_iter().chain(open).collect()
}

/// `runAsUser` of the pod and of containers: undefined or any but 0 (v1.23+).
pub(crate) fn root_user(pod: &Pod<'_>) -> Vec<Violation> {
    let mut found = pod.contexts(&["runAsUser"]);
    found.retain(|violation| violation.value.as_ref().and_then(Value::as_i64) == Some(0));
    found
}

/// `seccompProfile.type`: allowed for the pod, or for every container (v1.19+). What is set to something else is the
/// baseline's to say; this is what says nothing.
pub(crate) fn seccomp_missing(pod: &Pod<'_>, version: Version) -> Vec<Violation> {
    if is_exempt(pod, version) {
        return Vec::new();
    }
    let unset = pod.containers.iter().filter(|c| effective(pod, c, &["seccompProfile", "type"]).is_none());
    unset.map(|container| container.violates(&["securityContext", "seccompProfile"], None)).collect()
}

/// `capabilities` of containers: `drop` has `ALL`, `add` nothing but `NET_BIND_SERVICE` (v1.22+).
pub(crate) fn capabilities_kept(pod: &Pod<'_>, version: Version) -> Vec<Violation> {
    if is_exempt(pod, version) {
        return Vec::new();
    }
    let keys = ["securityContext", "capabilities"];
    let names = |container: &PodContainer<'_>, list: &str, test: fn(&str) -> bool| {
        items(container.at(&[keys[0], keys[1], list])).any(|name| name.as_str().is_some_and(test))
    };
    let open = pod.containers.iter().filter(|container| {
        !names(container, "drop", |name| name == "ALL")
            || names(container, "add", |name| name != "NET_BIND_SERVICE")
    });
    open.map(|container| container.violates(&keys, container.at(&keys))).collect()
}
