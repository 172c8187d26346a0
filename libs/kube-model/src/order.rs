//! Where the order of a list means something.
//!
//! Sources: the API reference of Kubernetes for each field, RFC 2119 words of the Gateway API, and Istio's reference
//! for first-match lists. Where nobody says that an order means nothing, it means something.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::lists::{self, ListKind};
use crate::path::Segment;
use crate::schema::Schema;

/// Whether it means something that the items which two lists have in common stand in another order.
#[must_use]
pub fn matters(schema: Schema<'_>, path: &[Segment], before: &[Value], after: &[Value]) -> bool {
    let list = last_key(path);
    match (lists::kind_of(schema, path), list) {
        // Init containers run one after the other; a flag or an operand may undo an earlier one.
        (ListKind::Arguments, _) | (_, "initContainers") => true,
        (_, "env") => references(before, after) != references(after, before),
        // Mutating webhooks are called one after the other, each with what the one before it made of the object.
        (_, "webhooks") => schema.kind() == "MutatingWebhookConfiguration",
        (ListKind::Keyed(_) | ListKind::Set, _) => false,
        // Routes of the Gateway API and of Istio are tried in their order, and of other lists nothing is known.
        (ListKind::Guessed, _) => true,
        (ListKind::Atomic, _) => !is_free(schema, list),
    }
}

/// For each variable that both lists have: which of the variables that both have its value refers to and finds defined.
/// `$(NAME)` is expanded if NAME comes earlier, else it stays as it is (API reference, `EnvVar.value`).
fn references<'a>(env: &'a [Value], other: &[Value]) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let name_of = |entry: &'a Value| entry.get("name").and_then(Value::as_str);
    let others: BTreeSet<&str> =
        other.iter().filter_map(|entry| entry.get("name").and_then(Value::as_str)).collect();
    let mut defined = BTreeSet::new();
    let mut references = BTreeMap::new();
    for entry in env {
        let Some(name) = name_of(entry).filter(|name| others.contains(name)) else { continue };
        let value = entry.get("value").and_then(Value::as_str).unwrap_or_default();
        references.insert(name, named_in(value).filter(|name| defined.contains(name)).collect());
        defined.insert(name);
    }
    references
}

/// The names in `$(NAME)`, but for those that `$$(NAME)` escapes.
fn named_in(value: &str) -> impl Iterator<Item = &str> {
    value.match_indices("$(").filter_map(|(at, _)| {
        let dollars = value[..at].bytes().rev().take_while(|byte| *byte == b'$').count();
        let name = value[at + 2..].split(')').next()?;
        (dollars % 2 == 0).then_some(name)
    })
}

/// Whether two lists that are compared whole are the same but for an order that means nothing, in them or below.
#[must_use]
pub fn same_but_for_order(schema: Schema<'_>, path: &[Segment], one: &Value, other: &Value) -> bool {
    let list = last_key(path);
    let comparable =
        matches!((one, other), (Value::Array(one), Value::Array(other)) if one.len() == other.len());
    comparable && schema.is_built_in() && sorted(schema, list, one) == sorted(schema, list, other)
}

/// The value with every list sorted whose order means nothing.
fn sorted(schema: Schema<'_>, key: &str, value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| sorted(schema, key, item)).collect();
            if is_free(schema, key) {
                items.sort_by_cached_key(ToString::to_string);
            }
            Value::Array(items)
        }
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), sorted(schema, key, value))).collect())
        }
        plain => plain.clone(),
    }
}

/// Lists of Kubernetes' own kinds that are replaced whole, and of whose items all count alike.
fn is_free(schema: Schema<'_>, list: &str) -> bool {
    let of_kind = match (schema.group(), schema.kind()) {
        // "Permissions are purely additive": Kubernetes' page on RBAC.
        ("rbac.authorization.k8s.io", _) => matches!(
            list,
            "rules" | "subjects" | "apiGroups" | "resources" | "resourceNames" | "verbs" | "nonResourceURLs"
        ),
        // "The order of evaluation does not affect the policy result": Kubernetes' page on network policies.
        ("networking.k8s.io", "NetworkPolicy") => {
            matches!(list, "ingress" | "egress" | "from" | "to" | "ports" | "except")
        }
        // An exact host wins over a wildcard, the longest path over a shorter one: Kubernetes' page on Ingress.
        ("networking.k8s.io", "Ingress") => matches!(list, "rules" | "paths" | "tls" | "hosts"),
        // The largest of all answers counts; of policies `selectPolicy` says which.
        ("autoscaling", "HorizontalPodAutoscaler") => matches!(list, "metrics" | "policies"),
        // A request is sent if any rule matches.
        (
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        ) => {
            matches!(list, "rules" | "operations" | "apiGroups" | "apiVersions" | "resources")
        }
        ("", "LimitRange") => list == "limits",
        ("", "ResourceQuota") => list == "scopes",
        _ => false,
    };
    // Requirements are all needed, terms are alternatives, and preferences are added up.
    of_kind
        || matches!(
            list,
            "tolerations"
                | "matchExpressions"
                | "matchFields"
                | "values"
                | "nodeSelectorTerms"
                | "requiredDuringSchedulingIgnoredDuringExecution"
                | "preferredDuringSchedulingIgnoredDuringExecution"
                | "readinessGates"
                | "supplementalGroups"
        )
}

fn last_key(path: &[Segment]) -> &str {
    match path.last() {
        Some(Segment::Key(key)) => key,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::path::Path;
    use crate::schema::Schemas;

    fn env(entries: &[(&str, &str)]) -> Vec<Value> {
        entries.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
    }

    fn env_matters(before: &[(&str, &str)], after: &[(&str, &str)]) -> bool {
        let path: Path = "spec.containers[name=a].env".parse().unwrap();
        matters(Schemas::built_in().of("", "Pod"), path.segments(), &env(before), &env(after))
    }

    /// Expected answers: API reference, `EnvVar.value`: references to earlier variables alone are expanded, `$$` escapes.
    #[test]
    fn the_order_of_variables_matters_where_one_refers_to_another() {
        let (host, url) = (("HOST", "a"), ("URL", "http://$(HOST)/"));
        assert!(env_matters(&[host, url], &[url, host]));
        assert!(!env_matters(&[host, url, ("X", "1")], &[("X", "1"), host, url]));
        assert!(!env_matters(&[("A", "1"), ("B", "2")], &[("B", "2"), ("A", "1")]));
        let escaped = ("URL", "$$(HOST)");
        assert!(!env_matters(&[host, escaped], &[escaped, host]));
        assert!(env_matters(&[host, ("URL", "$$$(HOST)")], &[("URL", "$$$(HOST)"), host]));
    }

    #[test]
    fn lists_whose_items_all_count_alike_have_no_order() {
        let role = Schemas::built_in().of("rbac.authorization.k8s.io", "Role");
        let path: Path = "rules".parse().unwrap();
        let one = json!([{"verbs": ["get", "list"], "resources": ["pods"]}, {"verbs": ["watch"]}]);
        let other = json!([{"verbs": ["watch"]}, {"verbs": ["list", "get"], "resources": ["pods"]}]);
        assert!(same_but_for_order(role, path.segments(), &one, &other));
        let less = json!([{"verbs": ["watch"]}, {"verbs": ["list", "list"], "resources": ["pods"]}]);
        assert!(!same_but_for_order(role, path.segments(), &one, &less));
        let custom = Schemas::built_in().of("example.com", "Role");
        assert!(!same_but_for_order(custom, path.segments(), &one, &other));
        let pod = Schemas::built_in().of("", "Pod");
        let command: Path = "spec.containers[name=a].command".parse().unwrap();
        assert!(!same_but_for_order(pod, command.segments(), &json!(["a", "b"]), &json!(["b", "a"])));
    }

    #[test]
    fn of_lists_that_nobody_knows_the_order_is_taken_to_matter() {
        let matters_in = |group: &str, kind: &str, path: &str| {
            let path: Path = path.parse().unwrap();
            matters(Schemas::built_in().of(group, kind), path.segments(), &[], &[])
        };
        assert!(matters_in("gateway.networking.k8s.io", "HTTPRoute", "spec.rules"));
        assert!(matters_in("networking.istio.io", "VirtualService", "spec.http"));
        assert!(matters_in("", "Pod", "spec.dnsConfig.searches"));
        assert!(matters_in("apps", "Deployment", "spec.template.spec.containers[name=a].args"));
        let webhooks = "admissionregistration.k8s.io";
        assert!(matters_in(webhooks, "MutatingWebhookConfiguration", "webhooks"));
        assert!(!matters_in(webhooks, "ValidatingWebhookConfiguration", "webhooks"));
        assert!(!matters_in("apps", "Deployment", "spec.template.spec.volumes"));
        assert!(!matters_in("", "PersistentVolumeClaim", "spec.accessModes"));
    }
}
