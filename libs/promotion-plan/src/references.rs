//! Which objects an object needs, and which it is needed by.

use std::collections::{BTreeSet, HashMap};

use kube_model::{Object, pod};
use serde_json::{Map, Value};

/// Something that a workload needs by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need {
    /// `Secret`, `ConfigMap`, `PersistentVolumeClaim` or `ServiceAccount`.
    pub(crate) kind: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// The key in it, if one is named.
    pub(crate) key: Option<String>,
    /// Where, if the object that needs it names a namespace.
    pub(crate) namespace: Option<String>,
}

/// What a value in this namespace needs: everything in it that names a Secret, a ConfigMap, a claim or a service
/// account. What is marked optional is not needed.
pub(crate) fn needs(namespace: Option<&str>, value: &Value) -> BTreeSet<Need> {
    let mut found = BTreeSet::new();
    collect_needs(None, value, &mut found);
    let here = |need| Need { namespace: namespace.map(str::to_owned), ..need };
    found.into_iter().map(here).collect()
}

fn collect_needs(key: Option<&str>, value: &Value, found: &mut BTreeSet<Need>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_needs(key, item, found)),
        Value::Object(map) => {
            if let Some(need) = key.and_then(|key| need_of(key, map)) {
                found.insert(need);
            }
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("serviceAccountName", Value::String(name)) => {
                        found.insert(Need {
                            kind: "ServiceAccount",
                            name: name.clone(),
                            key: None,
                            namespace: None,
                        });
                    }
                    (key, value) => collect_needs(Some(key), value, found),
                }
            }
        }
        _ => {}
    }
}

fn need_of(key: &str, map: &Map<String, Value>) -> Option<Need> {
    if map.get("optional") == Some(&Value::Bool(true)) {
        return None;
    }
    let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
    let (kind, name, key) = match key {
        "secretKeyRef" => ("Secret", text("name")?, text("key")),
        "secretRef" | "nodePublishSecretRef" | "imagePullSecrets" => ("Secret", text("name")?, None),
        "secret" => ("Secret", text("secretName").or_else(|| text("name"))?, None),
        "configMapKeyRef" => ("ConfigMap", text("name")?, text("key")),
        "configMapRef" | "configMap" => ("ConfigMap", text("name")?, None),
        "persistentVolumeClaim" => ("PersistentVolumeClaim", text("claimName")?, None),
        _ => return None,
    };
    Some(Need { kind, name, key, namespace: None })
}

/// Objects by the names under which they can be needed.
pub(crate) struct Given<'a> {
    by_name: HashMap<&'a str, Vec<&'a Object>>,
}

impl<'a> Given<'a> {
    pub(crate) fn by(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let mut by_name: HashMap<&str, Vec<&Object>> = HashMap::new();
        for object in objects {
            let written = [
                object.text(&["spec", "template", "metadata", "name"]),
                object.text(&["spec", "target", "name"]),
                object.text(&["spec", "secretName"]),
            ];
            for name in written.into_iter().flatten().chain([object.key.name.as_str()]) {
                by_name.entry(name).or_default().push(object);
            }
        }
        Self { by_name }
    }

    /// Whether one of the objects gives what is needed.
    pub(crate) fn gives(&self, need: &Need) -> bool {
        self.by_name.get(need.name.as_str()).is_some_and(|objects| objects.iter().any(|o| gives(o, need)))
    }
}

fn gives(object: &Object, need: &Need) -> bool {
    let key = &object.key;
    if !same_namespace(key.namespace.as_deref(), need.namespace.as_deref()) {
        return false;
    }
    let holds = |paths: &[&[&str]]| match &need.key {
        None => true,
        Some(wanted) => paths.iter().any(|path| object.at(path).is_some_and(|map| map.get(wanted).is_some())),
    };
    match (need.kind, key.kind.as_str()) {
        ("Secret", "Secret") => key.name == need.name && holds(&[&["data"], &["stringData"]]),
        ("Secret", "SealedSecret") => {
            let name = object.text(&["spec", "template", "metadata", "name"]).unwrap_or(&key.name);
            name == need.name && holds(&[&["spec", "encryptedData"], &["spec", "template", "data"]])
        }
        ("Secret", "ExternalSecret") => {
            object.text(&["spec", "target", "name"]).unwrap_or(&key.name) == need.name
                && external_holds(object, need)
        }
        // cert-manager writes the Secret that a Certificate names, with these keys.
        ("Secret", "Certificate") => {
            object.text(&["spec", "secretName"]) == Some(&need.name)
                && need.key.as_deref().is_none_or(|key| matches!(key, "tls.crt" | "tls.key" | "ca.crt"))
        }
        ("ConfigMap", "ConfigMap") => key.name == need.name && holds(&[&["data"], &["binaryData"]]),
        (needed, kind) => needed == kind && key.name == need.name,
    }
}

/// A manifest that names no namespace may stand in any.
fn same_namespace(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// An ExternalSecret that takes whole secrets may hold any key.
fn external_holds(object: &Object, need: &Need) -> bool {
    let list =
        |name: &str| object.at(&["spec", name]).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let Some(wanted) = &need.key else { return true };
    !list("dataFrom").is_empty()
        || list("data").iter().any(|entry| entry.get("secretKey").and_then(Value::as_str) == Some(wanted))
}

/// Whether `other` refers to `object` by name.
pub(crate) fn is_needed_by(object: &Object, other: &Object) -> bool {
    let (kind, name) = (object.key.kind.as_str(), object.key.name.as_str());
    let (ours, theirs) = (object.key.namespace.as_deref(), other.key.namespace.as_deref());
    if !same_namespace(ours, theirs) {
        // From elsewhere only what names the namespace can mean it.
        return match kind {
            "ServiceAccount" => is_subject(&other.value, name, ours),
            "Service" => ours.is_some_and(|ours| names_host(&other.value, &format!("{name}.{ours}"))),
            _ => false,
        };
    }
    match kind {
        "ConfigMap" | "Secret" | "PersistentVolumeClaim" | "ServiceAccount" => {
            needs(theirs, &other.value).iter().any(|need| need.kind == kind && need.name == name)
                || (kind == "ServiceAccount" && is_subject(&other.value, name, ours))
        }
        "Service" => refers_to_service(&other.value, name),
        "Role" | "ClusterRole" => {
            other.text(&["roleRef", "kind"]) == Some(kind) && other.text(&["roleRef", "name"]) == Some(name)
        }
        _ => scales(other, kind, name),
    }
}

/// Whether a host name stands in some text of a value.
fn names_host(value: &Value, host: &str) -> bool {
    match value {
        Value::String(text) => text.contains(host),
        Value::Array(items) => items.iter().any(|item| names_host(item, host)),
        Value::Object(map) => map.values().any(|item| names_host(item, host)),
        _ => false,
    }
}

fn is_subject(value: &Value, name: &str, namespace: Option<&str>) -> bool {
    let subjects = value.get("subjects").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    subjects.iter().any(|subject| {
        let text = |key: &str| subject.get(key).and_then(Value::as_str);
        text("name") == Some(name) && same_namespace(text("namespace"), namespace)
    })
}

fn scales(other: &Object, kind: &str, name: &str) -> bool {
    let target = |key: &str| other.at(&["spec", key]);
    ["scaleTargetRef", "targetRef"].iter().filter_map(|key| target(key)).any(|reference| {
        let text = |key: &str| reference.get(key).and_then(Value::as_str);
        text("name") == Some(name) && text("kind").is_none_or(|k| k == kind)
    })
}

/// A Service is referred to by Ingresses and routes, by webhooks, by a StatefulSet, and by the host of a URL.
fn refers_to_service(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => names_service(text, name),
        Value::Array(items) => items.iter().any(|item| refers_to_service(item, name)),
        Value::Object(map) => map.iter().any(|(key, value)| match (key.as_str(), value) {
            ("service", Value::Object(service)) => service.get("name").and_then(Value::as_str) == Some(name),
            ("serviceName", Value::String(service)) => service == name,
            ("backendRefs", Value::Array(backends)) => {
                backends.iter().any(|backend| backend.get("name").and_then(Value::as_str) == Some(name))
            }
            ("metadata", _) => false,
            (_, value) => refers_to_service(value, name),
        }),
        _ => false,
    }
}

/// `http://name:80/`, `name:80`, `name.namespace.svc`.
fn names_service(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let port = after.strip_prefix(':').is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit()));
        let starts =
            before.is_empty() || before.ends_with("://") || before.ends_with(['@', ',', ' ', '=', '"']);
        let in_url = before.ends_with("://") && (after.is_empty() || after.starts_with(['/', '.', ':']));
        let in_dns = after
            .strip_prefix('.')
            .is_some_and(|rest| rest.split('.').nth(1).is_some_and(|l| l.starts_with("svc")));
        starts && (port || in_url || in_dns)
    })
}

/// Whether a Service selects the pods of a workload.
pub(crate) fn selects(service: &Object, workload: &Object) -> bool {
    let (Some(labels), "Service") = (pod::labels(workload), service.key.kind.as_str()) else { return false };
    let Some(Value::Object(selector)) = service.at(&["spec", "selector"]) else { return false };
    same_namespace(service.key.namespace.as_deref(), workload.key.namespace.as_deref())
        && !selector.is_empty()
        && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}
