//! What a state provides to those who refer to it by name.

use std::collections::HashSet;

use kube_model::Object;
use serde_json::Value;

use super::{Reference, View, same_namespace};

/// The keys that something provides.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Keys<'a> {
    /// Exactly these.
    Known(HashSet<&'a str>),
    /// Nobody can tell from the manifest.
    Unknown,
}

/// The keys of what a reference of `from` means; none if nothing in the state provides it.
pub(crate) fn provided_keys<'a>(
    view: &View<'a>,
    reference: &Reference<'_>,
    from: &Object,
) -> Option<Keys<'a>> {
    let Reference { kind, name, .. } = *reference;
    // Kubernetes puts these into every namespace.
    if matches!((kind, name), ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt")) {
        return Some(Keys::Unknown);
    }
    if let Some(object) = view.named(kind, name, from) {
        return Some(match kind {
            "ConfigMap" => keys_of(object, &["data", "binaryData"]),
            "Secret" => keys_of(object, &["data", "stringData"]),
            _ => Keys::Unknown,
        });
    }
    match kind {
        "Secret" => made_secret(view, name, from),
        _ => None,
    }
}

/// A Secret that a controller makes from another object.
fn made_secret<'a>(view: &View<'a>, name: &str, from: &Object) -> Option<Keys<'a>> {
    let sealed = view.custom("bitnami.com", "SealedSecret").filter(|sealed| {
        sealed.text(&["spec", "template", "metadata", "name"]).unwrap_or(&sealed.key.name) == name
    });
    let external = view
        .custom("external-secrets.io", "ExternalSecret")
        .filter(|external| external.text(&["spec", "target", "name"]).unwrap_or(&external.key.name) == name);
    let certificate = view
        .custom("cert-manager.io", "Certificate")
        .filter(|certificate| certificate.text(&["spec", "secretName"]) == Some(name));
    sealed
        .map(|object| (object, sealed_keys(object)))
        .chain(external.map(|object| (object, external_keys(object))))
        .chain(certificate.map(|object| (object, Keys::Unknown)))
        .find(|(object, _)| same_namespace(object, from))
        .map(|(_, keys)| keys)
}

fn sealed_keys(object: &Object) -> Keys<'_> {
    let sealed = names(object.at(&["spec", "encryptedData"]));
    Keys::Known(sealed.chain(names(object.at(&["spec", "template", "data"]))).collect())
}

fn external_keys(object: &Object) -> Keys<'_> {
    let listed = object.at(&["spec", "data"]).and_then(Value::as_array);
    match (object.at(&["spec", "dataFrom"]), object.at(&["spec", "target", "template"]), listed) {
        (None, None, Some(data)) => {
            Keys::Known(data.iter().filter_map(|entry| entry.get("secretKey")?.as_str()).collect())
        }
        _ => Keys::Unknown,
    }
}

fn keys_of<'a>(object: &'a Object, fields: &[&str]) -> Keys<'a> {
    Keys::Known(fields.iter().flat_map(|field| names(object.value.get(*field))).collect())
}

fn names(map: Option<&Value>) -> impl Iterator<Item = &str> {
    map.and_then(Value::as_object).into_iter().flat_map(|map| map.keys().map(String::as_str))
}
