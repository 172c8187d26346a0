//! One state, with what the rules look up in it.

use std::collections::HashMap;

use kube_model::{Object, ObjectKey, scope};

use super::labels::Labels;
use super::replicas::scaled_by;
use super::{Selector, Workload};

/// Where an object is in memory: which of the objects of a state it is.
type Address = usize;

fn address(object: &Object) -> Address {
    std::ptr::from_ref(object).addr()
}

/// One state.
pub(crate) struct View<'a> {
    objects: &'a [Object],
    pub(crate) workloads: Vec<Workload<'a>>,
    /// In order of appearance: several share a key where the API server makes the name.
    by_key: HashMap<&'a ObjectKey, Vec<&'a Object>>,
    /// Of the objects that are not the first of their identity: how many come before.
    places: HashMap<Address, usize>,
    by_kind: HashMap<&'a str, Vec<&'a Object>>,
    by_custom_kind: HashMap<&'a str, Vec<&'a Object>>,
    by_name: HashMap<(&'a str, &'a str), Vec<&'a Object>>,
    scalers_by_target: HashMap<(&'a str, &'a str), Vec<&'a Object>>,
    workload_of: HashMap<Address, usize>,
    labels: Labels<'a>,
    /// The Services with a selector, by the rarest of its labels.
    services_by_label: HashMap<(&'a str, &'a str), Vec<(&'a Object, Selector<'a>)>>,
}

impl<'a> View<'a> {
    pub(crate) fn new(objects: &'a [Object]) -> Self {
        let workloads: Vec<Workload<'a>> = objects.iter().filter_map(Workload::of).collect();
        let mut view = Self {
            objects,
            labels: Labels::of(&workloads),
            workload_of: HashMap::with_capacity(workloads.len()),
            workloads,
            by_key: HashMap::with_capacity(objects.len()),
            places: HashMap::new(),
            by_kind: HashMap::new(),
            by_custom_kind: HashMap::new(),
            by_name: HashMap::new(),
            scalers_by_target: HashMap::new(),
            services_by_label: HashMap::new(),
        };
        for (index, workload) in view.workloads.iter().enumerate() {
            view.workload_of.insert(address(workload.object), index);
        }
        for object in objects {
            view.add(object);
        }
        view
    }

    fn add(&mut self, object: &'a Object) {
        let key = &object.key;
        let namesakes = self.by_key.entry(key).or_default();
        if !namesakes.is_empty() {
            self.places.insert(address(object), namesakes.len());
        }
        namesakes.push(object);
        if scope::is_built_in_group(&key.group) {
            self.by_kind.entry(&key.kind).or_default().push(object);
            self.by_name.entry((&key.kind, &key.name)).or_default().push(object);
        } else {
            self.by_custom_kind.entry(&key.kind).or_default().push(object);
        }
        if let Some(target) = scaled_by(object) {
            self.scalers_by_target.entry(target).or_default().push(object);
        }
        if key.kind == "Service"
            && scope::is_built_in_group(&key.group)
            && let Some(selector) = Selector::of_service(object)
            && let Some(label) = selector.labels().min_by_key(|label| self.labels.count(*label))
        {
            self.services_by_label.entry(label).or_default().push((object, selector));
        }
    }

    /// Every object.
    pub(crate) fn objects(&self) -> std::slice::Iter<'a, Object> {
        self.objects.iter()
    }

    /// The object of this identity; the first, where the API server makes the name.
    pub(crate) fn object(&self, key: &ObjectKey) -> Option<&'a Object> {
        self.counterpart(key, 0)
    }

    /// The object of this identity that has so many before it.
    pub(super) fn counterpart(&self, key: &ObjectKey, place: usize) -> Option<&'a Object> {
        self.by_key.get(key)?.get(place).copied()
    }

    /// How many objects of its identity come before an object of this state.
    pub(super) fn place_of(&self, object: &Object) -> usize {
        self.places.get(&address(object)).copied().unwrap_or_default()
    }

    /// The objects of one of Kubernetes' own kinds.
    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'a Object> {
        self.by_kind.get(kind).into_iter().flatten().copied()
    }

    /// The objects of a custom kind in this API group.
    pub(crate) fn custom<'b>(
        &'b self,
        group: &'b str,
        kind: &'b str,
    ) -> impl Iterator<Item = &'a Object> + 'b {
        let objects = self.by_custom_kind.get(kind).into_iter().flatten().copied();
        objects.filter(move |object| object.key.group == group)
    }

    /// The object of one of Kubernetes' own kinds that `from` means by this name.
    pub(crate) fn named(&self, kind: &str, name: &str, from: &Object) -> Option<&'a Object> {
        self.named_in(kind, name, from.key.namespace.as_deref())
    }

    /// The object of this kind and name in this namespace.
    pub(crate) fn named_in(&self, kind: &str, name: &str, namespace: Option<&str>) -> Option<&'a Object> {
        let candidates = self.by_name.get(&(kind, name))?;
        candidates.iter().copied().find(|object| may_be_same(object.key.namespace.as_deref(), namespace))
    }

    /// What scales a workload.
    pub(crate) fn scaler_of(&self, workload: &Object) -> Option<&'a Object> {
        let scalers =
            self.scalers_by_target.get(&(workload.key.kind.as_str(), workload.key.name.as_str()))?;
        scalers.iter().copied().find(|scaler| same_namespace(scaler, workload))
    }

    /// The workload of this identity; the first, where the API server makes the name.
    pub(crate) fn workload(&self, key: &ObjectKey) -> Option<&Workload<'a>> {
        self.workload_of(self.object(key)?)
    }

    /// The workload that an object of this state is.
    pub(crate) fn workload_of(&self, object: &Object) -> Option<&Workload<'a>> {
        self.workload_of.get(&address(object)).map(|index| &self.workloads[*index])
    }

    /// The workloads in the namespace of `from` whose pods have the labels of the selector.
    pub(crate) fn selected(&self, selector: &Selector<'_>, from: &Object) -> Vec<&Workload<'a>> {
        let candidates: Vec<&Workload<'a>> =
            match self.labels.candidates(selector, from.key.namespace.as_deref()) {
                Some(indices) => indices.into_iter().map(|index| &self.workloads[index]).collect(),
                None => self.workloads.iter().collect(),
            };
        candidates
            .into_iter()
            .filter(|workload| same_namespace(workload.object, from))
            .filter(|workload| selector.matches_any(workload.labels))
            .collect()
    }

    /// The Services that select the pods of a workload.
    pub(crate) fn services_of(&self, workload: &Workload<'_>) -> Vec<&'a Object> {
        let labels = workload.labels;
        labels
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| self.services_by_label.get(&(key.as_str(), value.as_str()?)))
            .flatten()
            .filter(|(service, _)| same_namespace(service, workload.object))
            .filter(move |(_, selector)| selector.matches_any(labels))
            .map(|(service, _)| *service)
            .collect()
    }
}

/// Whether two objects may be in one namespace. A manifest without one goes where it is applied, which may be
/// any: taking that for another namespace would report what is not so.
pub(crate) fn same_namespace(one: &Object, other: &Object) -> bool {
    may_be_same(one.key.namespace.as_deref(), other.key.namespace.as_deref())
}

fn may_be_same(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// The namespace of an object, in words.
pub(crate) fn namespace_of(object: &Object) -> String {
    match object.key.namespace.as_deref() {
        Some(namespace) => format!("namespace {}", kube_model::shown(namespace)),
        None => "its namespace".to_owned(),
    }
}
