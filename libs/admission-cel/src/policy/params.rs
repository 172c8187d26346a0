//! The parameters that a binding refers to, among the objects at hand.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use admission::{Known, Request, Resources, label_selector};
use kube_model::{Object, shown};
use serde_json::Value;

use super::read::{Binding, Policy};
use crate::value::Val;

/// The objects among which parameters are looked for, by their kinds.
pub struct ParameterObjects<'a> {
    objects: &'a [Object],
    resources: Resources,
    by_kind: HashMap<(&'a str, &'a str), Vec<usize>>,
    /// Those that were parameters, as values of CEL.
    values: RefCell<BTreeMap<usize, Val>>,
}

impl<'a> ParameterObjects<'a> {
    /// These.
    #[must_use]
    pub fn of(objects: &'a [Object]) -> Self {
        let mut by_kind: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (number, object) in objects.iter().enumerate() {
            by_kind.entry((&object.key.group, &object.key.kind)).or_default().push(number);
        }
        Self { objects, resources: Resources::of(objects), by_kind, values: RefCell::default() }
    }

    pub(super) fn value(&self, number: usize) -> Val {
        let object = &self.objects[number];
        self.values.borrow_mut().entry(number).or_insert_with(|| Val::of(&object.value)).clone()
    }
}

/// What a policy is evaluated with.
pub(super) enum Params {
    /// Once, without parameters: `params` is null.
    None,
    /// Once with each of these, by their numbers.
    Each(Vec<usize>),
    /// They are not at hand: this is missing.
    Missing(String),
}

pub(super) fn params(
    policy: &Policy,
    binding: Option<&Binding>,
    request: &Request,
    among: &ParameterObjects<'_>,
) -> Params {
    let Some((api_version, kind)) = &policy.param_kind else { return Params::None };
    let Some(binding) = binding else {
        return Params::Missing(format!("the {kind} that a binding would refer to"));
    };
    let Some(reference) = &binding.param_ref else { return Params::None };
    let text = |key: &str| reference.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let resource = among.resources.resource(api_version, kind);
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
    let is_meant = |object: &Object| {
        let is_there = namespace.is_none() || object.key.namespace.as_deref() == namespace;
        let is_named = || match text("name") {
            Some(name) => object.key.name == name,
            None => selects(reference.get("selector"), object),
        };
        is_there && is_named()
    };
    let of_kind = among.by_kind.get(&(resource.group.as_str(), kind.as_str()));
    let found: Vec<usize> =
        of_kind.into_iter().flatten().copied().filter(|number| is_meant(&among.objects[*number])).collect();
    match (found.is_empty(), text("name")) {
        (false, _) => Params::Each(found),
        (true, Some(name)) => {
            let name = shown(name);
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
