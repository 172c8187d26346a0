//! Whether a constraint is about a request (`spec.match`).

use admission::{Known, Request, SelectorError};
use serde_json::Value;

pub(super) fn matches(given: &Value, request: &Request) -> Result<Known, SelectorError> {
    let plain = is_of_kind(given, request) && has_scope(given, request) && has_name(given, request);
    if !plain {
        return Ok(Known::No);
    }
    let object = request.objects_match(given.get("labelSelector"))?;
    let namespace = request.namespace_matches(given.get("namespaceSelector"))?;
    Ok(is_in_namespaces(given, request).and(|| object).and(|| namespace))
}

fn texts<'v>(value: &'v Value, key: &str) -> Option<Vec<&'v str>> {
    let items = value.get(key)?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).collect())
}

/// One of the pairs of groups and kinds; without any, everything.
fn is_of_kind(given: &Value, request: &Request) -> bool {
    let Some(kinds) = given.get("kinds").and_then(Value::as_array).filter(|kinds| !kinds.is_empty()) else {
        return true;
    };
    let holds = |one: &Value, key: &str, wanted: &str| {
        texts(one, key)
            .is_none_or(|texts| texts.is_empty() || texts.iter().any(|text| *text == "*" || *text == wanted))
    };
    kinds.iter().any(|one| {
        holds(one, "apiGroups", &request.resource.group) && holds(one, "kinds", &request.resource.kind)
    })
}

fn has_scope(given: &Value, request: &Request) -> bool {
    match given.get("scope").and_then(Value::as_str) {
        Some("Namespaced") => request.resource.is_namespaced,
        Some("Cluster") => !request.resource.is_namespaced,
        _ => true,
    }
}

fn has_name(given: &Value, request: &Request) -> bool {
    given
        .get("name")
        .and_then(Value::as_str)
        .is_none_or(|pattern| pattern.is_empty() || is_like(pattern, &request.name))
}

/// `namespaces` and `excludedNamespaces`: of a Namespace its own name counts; objects of the whole cluster are never left out.
fn is_in_namespaces(given: &Value, request: &Request) -> Known {
    let is_namespace = request.resource.kind == "Namespace" && request.resource.group.is_empty();
    let (only, without) = (texts(given, "namespaces"), texts(given, "excludedNamespaces"));
    let name = match (is_namespace, request.resource.is_namespaced) {
        (true, _) => Some(request.name.as_str()),
        (false, true) => request.namespace.as_deref(),
        (false, false) => return Known::Yes,
    };
    let Some(name) = name else {
        return match only.is_some() || without.is_some() {
            true => {
                Known::Unknown("the namespace of the object, which its manifest does not name".to_owned())
            }
            false => Known::Yes,
        };
    };
    let any = |patterns: &[&str]| patterns.iter().any(|pattern| is_like(pattern, name));
    let is_in = only.is_none_or(|only| only.is_empty() || any(&only))
        && !without.is_some_and(|without| any(&without));
    is_in.into()
}

/// `kube-*`, `*-system`, or the whole name.
fn is_like(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(_), Some(_)) => name.contains(pattern.trim_matches('*')),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => name == pattern,
    }
}
