//! Under which path the API server serves a kind.

use std::collections::BTreeMap;

use kube_model::Object;
use kube_model::scope::belongs_to_cluster;
use serde_json::Value;

/// A kind as the API server serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The group; empty for the core group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// The plural that paths and policies name: `deployments`.
    pub plural: String,
    /// Whether its objects belong to a namespace.
    pub is_namespaced: bool,
}

/// What the CustomResourceDefinitions of a state say about the plurals and scopes of their kinds.
#[derive(Debug, Clone, Default)]
pub struct Resources(BTreeMap<(String, String), (String, bool)>);

impl Resources {
    /// Those of the definitions among `objects`; a later definition of a kind wins.
    pub fn of<'o>(objects: impl IntoIterator<Item = &'o Object>) -> Self {
        let definitions = objects.into_iter().filter(|object| object.key.kind == "CustomResourceDefinition");
        Self(definitions.filter_map(defined).collect())
    }

    /// The resource of a kind: as its definition says, else as Kubernetes names its own.
    #[must_use]
    pub fn resource(&self, api_version: &str, kind: &str) -> Resource {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let defined = self.0.get(&(group.to_owned(), kind.to_owned())).cloned();
        let (plural, is_namespaced) =
            defined.unwrap_or_else(|| (plural(kind), !belongs_to_cluster(group, kind)));
        Resource {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            plural,
            is_namespaced,
        }
    }
}

fn defined(definition: &Object) -> Option<((String, String), (String, bool))> {
    let text = |keys: &[&str]| definition.text(keys).map(str::to_owned);
    let key = (text(&["spec", "group"])?, text(&["spec", "names", "kind"])?);
    let scope = definition.at(&["spec", "scope"]).and_then(Value::as_str);
    Some((key, (text(&["spec", "names", "plural"])?, scope != Some("Cluster"))))
}

/// As `k8s.io/apimachinery/pkg/api/meta` guesses it (`UnsafeGuessKindToResource`): right for every kind of Kubernetes' own.
fn plural(kind: &str) -> String {
    let kind = kind.to_lowercase();
    if kind.ends_with("endpoints") {
        return kind;
    }
    if kind.ends_with('s') {
        return kind + "es";
    }
    match kind.strip_suffix('y') {
        // `gateways`, as the Gateway API names it: Kubernetes' own kinds have a consonant there.
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => kind + "s",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plurals are those of the Kubernetes API reference.
    #[test]
    fn the_plurals_of_kubernetes_own_kinds_are_known() {
        for (kind, expected) in [
            ("Deployment", "deployments"),
            ("Ingress", "ingresses"),
            ("StorageClass", "storageclasses"),
            ("NetworkPolicy", "networkpolicies"),
            ("Endpoints", "endpoints"),
            ("Gateway", "gateways"),
            ("CSIDriver", "csidrivers"),
        ] {
            assert_eq!(plural(kind), expected);
        }
    }
}
