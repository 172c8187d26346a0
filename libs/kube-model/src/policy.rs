//! Which objects are policies: of those that admission holds against a request.

use crate::Object;

/// Whether an object is a policy of a kind that people know, or a part of one.
#[must_use]
pub fn is_policy(object: &Object) -> bool {
    let kind = object.key.kind.as_str();
    match object.key.group.as_str() {
        "admissionregistration.k8s.io" => kind.starts_with("ValidatingAdmissionPolicy"),
        "templates.gatekeeper.sh" => kind == "ConstraintTemplate",
        "constraints.gatekeeper.sh" => true,
        _ => is_of_kyverno(object),
    }
}

/// Whether it is one of Kyverno's.
#[must_use]
pub fn is_of_kyverno(object: &Object) -> bool {
    const KINDS: [&str; 6] = [
        "ClusterPolicy",
        "ImageValidatingPolicy",
        "NamespacedValidatingPolicy",
        "Policy",
        "ValidatingPolicy",
        "NamespacedImageValidatingPolicy",
    ];
    ["kyverno.io", "policies.kyverno.io"].contains(&object.key.group.as_str())
        && KINDS.contains(&object.key.kind.as_str())
}
