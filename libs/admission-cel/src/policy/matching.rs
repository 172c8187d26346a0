//! Whether a policy, or a binding of it, is about a request (`MatchResources`).
//!
//! Source: `k8s.io/apiserver/pkg/admission/plugin/policy/matching` and `…/webhook/predicates/rules` of Kubernetes 1.34.

use admission::{Known, Request, SelectorError};
use kube_model::schema::group_today;
use serde_json::Value;

/// Whether `constraints` (`matchConstraints`, `matchResources`) select a request. Absent, they select everything.
pub(super) fn matches(constraints: &Value, request: &Request) -> Result<Known, SelectorError> {
    let namespace = request.namespace_matches(constraints.get("namespaceSelector"))?;
    let object = request.objects_match(constraints.get("objectSelector"))?;
    let is_exact = constraints.get("matchPolicy").and_then(Value::as_str) == Some("Exact");
    let rules = |key: &str| constraints.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let any = |rules: &[Value]| {
        rules.iter().fold(Known::No, |is, rule| is.or(|| rule_matches(rule, request, is_exact)))
    };
    let excluded = any(rules("excludeResourceRules"));
    let included = match rules("resourceRules") {
        [] => Known::Yes,
        rules => any(rules),
    };
    Ok(included.and(|| !excluded).and(|| object).and(|| namespace))
}

/// Policies are about everything but policies: nobody locks the cluster out of mending them.
pub(super) fn is_exempt(request: &Request) -> bool {
    const KINDS: [&str; 4] = [
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ];
    request.resource.group == "admissionregistration.k8s.io"
        && KINDS.contains(&request.resource.kind.as_str())
}

fn rule_matches(rule: &Value, request: &Request, is_exact: bool) -> Known {
    let resource = &request.resource;
    let operation = request.operation.to_string();
    let is_meant = one_of(rule, "operations", &operation)
        && names_resource(rule, &resource.plural)
        && has_scope(rule, resource.is_namespaced)
        && has_name(rule, &request.name);
    if !is_meant {
        return Known::No;
    }
    if one_of(rule, "apiGroups", &resource.group) && one_of(rule, "apiVersions", &resource.version) {
        return Known::Yes;
    }
    let today = group_today(&resource.group, &resource.kind);
    if is_exact || !(one_of(rule, "apiGroups", &resource.group) || one_of(rule, "apiGroups", today)) {
        return Known::No;
    }
    Known::Unknown(format!(
        "the object in the version that the policy reads: the API server converts it from {}/{}",
        resource.group, resource.version
    ))
}

fn texts<'v>(rule: &'v Value, key: &str) -> impl Iterator<Item = &'v str> {
    rule.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn one_of(rule: &Value, key: &str, wanted: &str) -> bool {
    texts(rule, key).any(|text| text == "*" || text == wanted)
}

/// `pods`, `*`, `pods/*`, `*/*`; a change of a manifest is of no subresource.
fn names_resource(rule: &Value, plural: &str) -> bool {
    texts(rule, "resources").any(|text| {
        let (resource, of) = text.split_once('/').unwrap_or((text, ""));
        (resource == "*" || resource == plural) && (of.is_empty() || of == "*")
    })
}

fn has_scope(rule: &Value, is_namespaced: bool) -> bool {
    match rule.get("scope").and_then(Value::as_str) {
        Some("Namespaced") => is_namespaced,
        Some("Cluster") => !is_namespaced,
        _ => true,
    }
}

fn has_name(rule: &Value, name: &str) -> bool {
    let mut names = texts(rule, "resourceNames").peekable();
    names.peek().is_none() || names.any(|one| one == name)
}
