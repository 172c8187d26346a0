//! The parameters that a binding refers to, among the objects at hand.

use admission::{Known, Request, Resources, label_selector};
use kube_model::Object;
use serde_json::Value;

use super::read::{Binding, Policy};

/// What a policy is evaluated with.
pub(super) enum Params<'a> {
    /// Once, without parameters: `params` is null.
    None,
    /// Once with each of these.
    Each(Vec<&'a Value>),
    /// They are not at hand: this is missing.
    Missing(String),
}

pub(super) fn params<'a>(
    policy: &Policy,
    binding: Option<&Binding>,
    request: &Request,
    objects: &'a [Object],
) -> Params<'a> {
    let Some((api_version, kind)) = &policy.param_kind else { return Params::None };
    let Some(binding) = binding else {
        return Params::Missing(format!("the {kind} that a binding would refer to"));
    };
    let Some(reference) = &binding.param_ref else { return Params::None };
    let text = |key: &str| reference.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let resource = Resources::of(objects).resource(api_version, kind);
    let namespace = match (text("namespace"), resource.is_namespaced) {
        (_, false) => None,
        (Some(namespace), true) => Some(namespace),
        (None, true) => match request.namespace.as_deref() {
            Some(namespace) => Some(namespace),
            None => {
                return Params::Missing(format!("the namespace of the {kind} that it takes as parameters"));
            }
        },
    };
    let is_there = |object: &&Object| {
        let key = &object.key;
        let is_kind = (key.group.as_str(), &key.kind) == (resource.group.as_str(), kind);
        is_kind && (namespace.is_none() || key.namespace.as_deref() == namespace)
    };
    let is_named = |object: &&Object| match text("name") {
        Some(name) => object.key.name == name,
        None => selects(reference.get("selector"), object),
    };
    let found: Vec<&Value> =
        objects.iter().filter(is_there).filter(is_named).map(|object| &*object.value).collect();
    match (found.is_empty(), text("name")) {
        (false, _) => Params::Each(found),
        (true, Some(name)) => {
            Params::Missing(format!("its parameters, the {kind} {name}, which is not among the files"))
        }
        (true, None) => Params::Missing(format!("its parameters: no {kind} among the files has the labels")),
    }
}

fn selects(selector: Option<&Value>, object: &Object) -> bool {
    let labels = object.at(&["metadata", "labels"]);
    let label = |key: &str| {
        let value = labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
        Ok(value.map(str::to_owned))
    };
    matches!(label_selector(selector, &label), Ok(Known::Yes))
}
