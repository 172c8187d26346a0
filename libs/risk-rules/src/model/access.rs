//! What a Role or a ClusterRole allows.

use kube_model::{Object, shown};
use serde_json::Value;

/// One permission: a verb on a resource of a group, or on a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant<'a> {
    /// The API group; empty for the core group.
    pub(crate) group: &'a str,
    /// The resource, or the URL.
    pub(crate) resource: &'a str,
    /// The only object that it is for, if it is for one.
    pub(crate) name: Option<&'a str>,
    pub(crate) verb: &'a str,
}

/// Everything that a role allows.
pub(crate) fn grants(role: &Object) -> Vec<Grant<'_>> {
    let rules = role.value.get("rules").and_then(Value::as_array).into_iter().flatten();
    rules.flat_map(of_rule).collect()
}

fn of_rule(rule: &Value) -> Vec<Grant<'_>> {
    let names = match texts(rule, "resourceNames") {
        names if names.is_empty() => vec![None],
        names => names.into_iter().map(Some).collect(),
    };
    let mut grants = Vec::new();
    for verb in texts(rule, "verbs") {
        for group in texts(rule, "apiGroups") {
            for resource in texts(rule, "resources") {
                grants.extend(names.iter().map(|name| Grant { group, resource, name: *name, verb }));
            }
        }
        for url in texts(rule, "nonResourceURLs") {
            grants.push(Grant { group: "", resource: url, name: None, verb });
        }
    }
    grants
}

fn texts<'a>(rule: &'a Value, key: &str) -> Vec<&'a str> {
    rule.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Who a binding gives its role to: `ServiceAccount shop/web`, `Group system:authenticated`.
pub(crate) fn subjects(binding: &Object) -> Vec<String> {
    let subjects = binding.value.get("subjects").and_then(Value::as_array);
    subjects
        .into_iter()
        .flatten()
        .map(|subject| {
            let text = |key: &str| subject.get(key).and_then(Value::as_str);
            let namespace = text("namespace").map(|namespace| format!("{namespace}/")).unwrap_or_default();
            let name = format!("{namespace}{}", text("name").unwrap_or_default());
            format!("{} {}", shown(text("kind").unwrap_or("subject")), shown(&name))
        })
        .collect()
}

impl Grant<'_> {
    /// Whether this permission includes the other (Kubernetes documentation, "Using RBAC Authorization": `*`
    /// stands for all groups, resources or verbs; a rule without names is for every object).
    pub(crate) fn includes(&self, other: &Grant<'_>) -> bool {
        let either = |mine: &str, theirs: &str| mine == "*" || mine == theirs;
        either(self.group, other.group)
            && includes_resource(self.resource, other.resource)
            && either(self.verb, other.verb)
            && (self.name.is_none() || self.name == other.name)
    }

    /// Whether it only looks, and not at secrets.
    pub(crate) fn is_harmless_reading(&self) -> bool {
        matches!(self.verb, "get" | "list" | "watch")
            && !matches!(self.resource, "secrets" | "*")
            && !self.resource.contains('/')
    }

    /// Whether it allows everything.
    pub(crate) fn is_everything(&self) -> bool {
        self.group == "*" && self.resource == "*" && self.verb == "*" && self.name.is_none()
    }
}

/// `*` is everything, `*/scale` that subresource of everything, `/healthz/*` everything below a URL.
fn includes_resource(mine: &str, theirs: &str) -> bool {
    if mine == "*" || mine == theirs {
        return true;
    }
    if let Some(subresource) = mine.strip_prefix("*/") {
        return theirs.split_once('/').is_some_and(|(_, theirs)| theirs == subresource);
    }
    mine.starts_with('/') && mine.strip_suffix('*').is_some_and(|start| theirs.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant<'a>(group: &'a str, resource: &'a str, name: Option<&'a str>, verb: &'a str) -> Grant<'a> {
        Grant { group, resource, name, verb }
    }

    #[test]
    fn a_wider_permission_includes_a_narrower_one() {
        let pods = grant("", "pods", None, "get");
        for wider in [
            grant("", "pods", None, "get"),
            grant("*", "pods", None, "get"),
            grant("", "*", None, "get"),
            grant("", "pods", None, "*"),
        ] {
            assert!(wider.includes(&pods), "{wider:?}");
        }
        for other in [
            grant("apps", "pods", None, "get"),
            grant("", "pods", Some("web"), "get"),
            grant("", "pods/log", None, "get"),
            grant("", "pods", None, "list"),
        ] {
            assert!(!other.includes(&pods), "{other:?}");
        }
        assert!(grant("apps", "*/scale", None, "*").includes(&grant(
            "apps",
            "deployments/scale",
            None,
            "get"
        )));
        assert!(grant("", "/healthz/*", None, "get").includes(&grant("", "/healthz/ready", None, "get")));
    }
}
