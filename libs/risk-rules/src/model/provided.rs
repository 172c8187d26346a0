//! What a state provides to those who refer to it by name.

use std::collections::{HashMap, HashSet};

use kube_model::Object;
use serde_json::{Map, Value};

use super::{Reference, View, same_namespace};

/// What provides something.
pub(crate) enum Provided<'a> {
    /// Its keys are the keys of these maps.
    Maps(Vec<&'a Map<String, Value>>),
    /// Its keys are these.
    Listed(HashSet<&'a str>),
    /// Nobody can tell its keys from the manifest.
    Unknown,
}

impl Provided<'_> {
    /// Whether it is known not to have a key.
    pub(crate) fn lacks(&self, key: &str) -> bool {
        match self {
            Self::Maps(maps) => !maps.iter().any(|map| map.contains_key(key)),
            Self::Listed(keys) => !keys.contains(key),
            Self::Unknown => false,
        }
    }
}

/// What provides for the references of one object, looked up once each.
pub(crate) struct Providers<'v, 'a> {
    view: &'v View<'a>,
    from: &'v Object,
    known: HashMap<(&'static str, &'v str), Option<Provided<'a>>>,
}

impl<'v, 'a> Providers<'v, 'a> {
    pub(crate) fn of(view: &'v View<'a>, from: &'v Object) -> Self {
        Self { view, from, known: HashMap::new() }
    }

    pub(crate) fn of_reference(&mut self, reference: &Reference<'v>) -> Option<&Provided<'a>> {
        let Self { view, from, known } = self;
        known
            .entry((reference.kind, reference.name))
            .or_insert_with(|| provided(view, reference, from))
            .as_ref()
    }
}

/// What provides what a reference of `from` means; none if nothing in the state does.
pub(crate) fn provided<'a>(
    view: &View<'a>,
    reference: &Reference<'_>,
    from: &Object,
) -> Option<Provided<'a>> {
    let Reference { kind, name, .. } = *reference;
    // Kubernetes puts these into every namespace.
    if matches!((kind, name), ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt")) {
        return Some(Provided::Unknown);
    }
    if let Some(object) = view.named(kind, name, from) {
        return Some(match kind {
            "ConfigMap" => maps(object, &[&["data"], &["binaryData"]]),
            "Secret" => maps(object, &[&["data"], &["stringData"]]),
            _ => Provided::Unknown,
        });
    }
    match kind {
        "Secret" => made_secret(view, name, from),
        _ => None,
    }
}

/// A Secret that a controller makes from another object.
fn made_secret<'a>(view: &View<'a>, name: &str, from: &Object) -> Option<Provided<'a>> {
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
        .map(|object| (object, sealed_keys as fn(&'a Object) -> Provided<'a>))
        .chain(external.map(|object| (object, external_keys as _)))
        .chain(certificate.map(|object| (object, unknown as _)))
        .find(|(object, _)| same_namespace(object, from))
        .map(|(object, keys)| keys(object))
}

fn unknown(_: &Object) -> Provided<'_> {
    Provided::Unknown
}

fn sealed_keys(object: &Object) -> Provided<'_> {
    maps(object, &[&["spec", "encryptedData"], &["spec", "template", "data"]])
}

fn external_keys(object: &Object) -> Provided<'_> {
    let listed = object.at(&["spec", "data"]).and_then(Value::as_array);
    match (object.at(&["spec", "dataFrom"]), object.at(&["spec", "target", "template"]), listed) {
        (None, None, Some(data)) => {
            Provided::Listed(data.iter().filter_map(|entry| entry.get("secretKey")?.as_str()).collect())
        }
        _ => Provided::Unknown,
    }
}

fn maps<'a>(object: &'a Object, fields: &[&[&str]]) -> Provided<'a> {
    Provided::Maps(fields.iter().filter_map(|field| object.at(field)?.as_object()).collect())
}
