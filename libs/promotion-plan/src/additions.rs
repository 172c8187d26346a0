//! Objects that only the source has.

use kube_model::Object;
use serde_json::Value;

use crate::decide::{Grounds, Ruling, SECRET_EDIT, Verdict, is_cluster_scoped, ruling};
use crate::places::Differing;

/// Kinds that bring ciphertext, or the way to it.
const SEALED: [&str; 5] =
    ["SealedSecret", "SopsSecret", "ExternalSecret", "ClusterExternalSecret", "SecretProviderClass"];

/// Decides about an object that only the source has.
pub(crate) fn rule(
    grounds: &Grounds<'_>,
    source: &Object,
    base: Option<&Object>,
    differing: &Differing,
    promoted: bool,
) -> Ruling {
    let target_name = grounds.target_name;
    let encrypted = SEALED.contains(&source.key.kind.as_str()) || source.value.get("sops").is_some();
    if differing.base_known && base.is_some() {
        let had = format!("{} had it at the last promotion, and {target_name} has none", grounds.source_name);
        return ruling(Verdict::Kept, had);
    }
    if encrypted {
        let reason = format!("ciphertext never crosses; {target_name} needs one of its own");
        return ruling(if differing.base_known { Verdict::Blocked } else { Verdict::Kept }, reason);
    }
    if let Some(named) = differing.source.as_ref().and_then(|value| grounds.foreign.named_in(value)) {
        let reason = format!("it {named}; {target_name} needs one of its own");
        return ruling(Verdict::waiting(differing.base_known), reason);
    }
    if source.key.kind == "Secret" && has_values(source) {
        return ruling(Verdict::waiting(differing.base_known), SECRET_EDIT);
    }
    if promoted {
        return ruling(Verdict::Carried, "the application's rule promote:");
    }
    if !differing.base_known {
        let reason = format!("no promotion of it is on record; it may be {}'s own", grounds.source_name);
        return ruling(Verdict::Candidate, reason);
    }
    if is_cluster_scoped(source) {
        return ruling(Verdict::Pending, "an object of the whole cluster is promoted by itself");
    }
    if denies_by_default(source) {
        let reason =
            "a new policy that denies by default cuts what nobody has listed; take it by name with --take";
        return ruling(Verdict::Blocked, reason);
    }
    ruling(Verdict::Carried, "new with the release")
}

fn has_values(secret: &Object) -> bool {
    ["data", "stringData"]
        .iter()
        .any(|key| secret.at(&[key]).and_then(Value::as_object).is_some_and(|values| !values.is_empty()))
}

/// Whether a NetworkPolicy closes a direction for every pod of its namespace.
fn denies_by_default(object: &Object) -> bool {
    if object.key.kind != "NetworkPolicy" {
        return false;
    }
    let everyone = object.at(&["spec", "podSelector"]).is_none_or(|selector| {
        selector
            .as_object()
            .is_some_and(|s| s.values().all(|part| part.as_object().is_some_and(serde_json::Map::is_empty)))
    });
    let closed =
        |rules: &str| object.at(&["spec", rules]).and_then(Value::as_array).is_none_or(Vec::is_empty);
    let names = |policy: &str| {
        let types = object.at(&["spec", "policyTypes"]).and_then(Value::as_array);
        types.map_or(policy == "Ingress", |types| types.iter().any(|t| t.as_str() == Some(policy)))
    };
    everyone && ((names("Ingress") && closed("ingress")) || (names("Egress") && closed("egress")))
}
