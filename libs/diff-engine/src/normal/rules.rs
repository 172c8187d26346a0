//! Defaults that depend on more than one field, each after a function of Kubernetes' `defaults.go`.

use serde_json::{Map, Value, json};

use super::table::at;
use kube_model::image::ImageRef;

/// A default that is computed.
#[derive(Debug)]
pub(super) enum Rule {
    /// The value of another field.
    SameAs(Vec<&'static str>),
    /// The value of another field, whatever stands here.
    Mirror(&'static str),
    /// `Always` for the tag `latest` and for none, else `IfNotPresent` (`SetDefaults_Container`).
    PullPolicy(&'static str),
    /// A volume that says nothing else (`SetDefaults_Volume`).
    EmptyDirectory,
    /// Requests of containers are their limits (`SetDefaults_Pod`; not of a pod's template).
    RequestsFromLimits,
    /// In the host's network ports are the host's (`defaultHostNetworkPorts`).
    HostPorts,
    /// Five minutes on a node that is away (`plugin/pkg/admission/defaulttolerationseconds`).
    DefaultTolerations,
    /// A port's target is the port (`SetDefaults_Service`).
    TargetPorts,
    /// A container's limit is the most that is allowed (`SetDefaults_LimitRangeItem`).
    DefaultLimit,
    /// A container's request is its limit, else the least that is allowed (`SetDefaults_LimitRangeItem`).
    DefaultRequest,
    /// `SetDefaults_Namespace`.
    NamespaceName,
    /// Claims of a StatefulSet are whole objects.
    ClaimTemplates,
    /// `SetDefaults_CustomResourceDefinitionSpec`.
    CrdNames,
}

impl Rule {
    /// The rule of this name, with its argument behind it.
    pub(super) fn read(text: &'static str) -> Option<Self> {
        let (name, argument) = text.split_once(' ').unwrap_or((text, ""));
        Some(match name {
            "same-as" => Self::SameAs(argument.split('.').collect()),
            "mirror" => Self::Mirror(argument),
            "pull-policy" => Self::PullPolicy(argument),
            "empty-directory" => Self::EmptyDirectory,
            "requests-from-limits" => Self::RequestsFromLimits,
            "host-ports" => Self::HostPorts,
            "default-tolerations" => Self::DefaultTolerations,
            "target-ports" => Self::TargetPorts,
            "default-limit" => Self::DefaultLimit,
            "default-request" => Self::DefaultRequest,
            "namespace-name" => Self::NamespaceName,
            "claim-templates" => Self::ClaimTemplates,
            "crd-names" => Self::CrdNames,
            _ => return None,
        })
    }

    /// The value of the field that is at `current` now, in an object of the row's type; none leaves it as it is.
    pub(super) fn value(&self, object: &Map<String, Value>, current: Option<&Value>) -> Option<Value> {
        match (self, current) {
            (Self::SameAs(path), None) => at(object, path).cloned(),
            (Self::Mirror(field), _) => object.get(*field).cloned(),
            (Self::PullPolicy(field), None) => {
                let image = ImageRef::parse(object.get(*field)?.as_str()?);
                Some(json!(image.default_pull_policy()))
            }
            (Self::EmptyDirectory, None) => object.keys().all(|key| key == "name").then(|| json!({})),
            (Self::RequestsFromLimits, Some(Value::Array(containers))) => each(containers, requests),
            (Self::HostPorts, Some(Value::Array(containers)))
                if at(object, &["spec", "hostNetwork"]) == Some(&Value::Bool(true)) =>
            {
                each(containers, host_ports)
            }
            (Self::DefaultTolerations, current) => Some(tolerations(current)),
            (Self::TargetPorts, Some(Value::Array(ports))) => each(ports, target_port),
            (Self::DefaultLimit, current) => amounts(object, current, &["max"]),
            (Self::DefaultRequest, current) => amounts(object, current, &["default", "min"]),
            (Self::NamespaceName, current) => namespace_name(object, current),
            (Self::ClaimTemplates, Some(Value::Array(claims))) => each(claims, claim),
            (Self::CrdNames, Some(Value::Object(names))) => crd_names(names),
            _ => None,
        }
    }
}

/// The items, each with what `change` fills in.
fn each(items: &[Value], change: impl Fn(&mut Map<String, Value>)) -> Option<Value> {
    let mut items = items.to_vec();
    items.iter_mut().filter_map(Value::as_object_mut).for_each(change);
    Some(Value::Array(items))
}

fn fill(object: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    object.entry(key).or_insert_with(|| value.into());
}

fn requests(container: &mut Map<String, Value>) {
    let Some(Value::Object(resources)) = container.get_mut("resources") else { return };
    let Some(Value::Object(limits)) = resources.get("limits").cloned() else { return };
    if let Value::Object(requests) = resources.entry("requests").or_insert_with(|| json!({})) {
        limits.into_iter().for_each(|(name, limit)| fill(requests, &name, limit));
    }
}

fn host_ports(container: &mut Map<String, Value>) {
    let ports = container.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten();
    for port in ports.filter_map(Value::as_object_mut) {
        if let Some(number) = port.get("containerPort").cloned() {
            fill(port, "hostPort", number);
        }
    }
}

fn tolerations(current: Option<&Value>) -> Value {
    let mut tolerations = current.and_then(Value::as_array).cloned().unwrap_or_default();
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let tolerates = |one: &Value| {
            let is = |field: &str, wanted: &str| {
                one.get(field).and_then(Value::as_str).is_none_or(|v| v == wanted)
            };
            is("key", key) && is("effect", "NoExecute")
        };
        if !tolerations.iter().any(tolerates) {
            let toleration =
                json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300});
            tolerations.push(toleration);
        }
    }
    Value::Array(tolerations)
}

fn target_port(port: &mut Map<String, Value>) {
    let unset = port.get("targetPort").is_none_or(|target| *target == json!(0) || target == "");
    if let (true, Some(number)) = (unset, port.get("port").cloned()) {
        port.insert("targetPort".into(), number);
    }
}

/// The amounts of a limit range's item for containers, filled up from its other amounts, in this order.
fn amounts(item: &Map<String, Value>, current: Option<&Value>, from: &[&str]) -> Option<Value> {
    if item.get("type").and_then(Value::as_str) != Some("Container") {
        return None;
    }
    let mut amounts = current.and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, amount) in from.iter().filter_map(|field| item.get(*field)?.as_object()).flatten() {
        fill(&mut amounts, name, amount.clone());
    }
    Some(Value::Object(amounts))
}

fn namespace_name(namespace: &Map<String, Value>, labels: Option<&Value>) -> Option<Value> {
    let name = at(namespace, &["metadata", "name"])?.clone();
    let mut labels = labels.and_then(Value::as_object).cloned().unwrap_or_default();
    labels.insert("kubernetes.io/metadata.name".to_owned(), name);
    Some(Value::Object(labels))
}

fn claim(claim: &mut Map<String, Value>) {
    fill(claim, "apiVersion", "v1");
    fill(claim, "kind", "PersistentVolumeClaim");
    fill(claim, "status", json!({"phase": "Pending"}));
}

fn crd_names(names: &Map<String, Value>) -> Option<Value> {
    let kind = names.get("kind")?.as_str()?;
    let mut filled = names.clone();
    fill(&mut filled, "singular", kind.to_lowercase());
    fill(&mut filled, "listKind", format!("{kind}List"));
    Some(Value::Object(filled))
}
