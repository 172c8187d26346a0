//! One state, with what the rules look up in it.

use std::collections::HashMap;

use kube_model::{Object, ObjectKey, scope};

use super::replicas::scaled_by;
use super::{Selector, Workload};

/// One state.
pub(crate) struct View<'a> {
    pub(crate) workloads: Vec<Workload<'a>>,
    by_key: HashMap<&'a ObjectKey, &'a Object>,
    by_kind: HashMap<&'a str, Vec<&'a Object>>,
    by_custom_kind: HashMap<&'a str, Vec<&'a Object>>,
    by_name: HashMap<(&'a str, &'a str), Vec<&'a Object>>,
    scalers_by_target: HashMap<(&'a str, &'a str), Vec<&'a Object>>,
    workload_by_key: HashMap<&'a ObjectKey, usize>,
    workloads_by_label: HashMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> View<'a> {
    pub(crate) fn new(objects: &'a [Object]) -> Self {
        let mut view = Self {
            workloads: objects.iter().filter_map(Workload::of).collect(),
            by_key: objects.iter().map(|object| (&object.key, object)).collect(),
            by_kind: HashMap::new(),
            by_custom_kind: HashMap::new(),
            by_name: HashMap::new(),
            scalers_by_target: HashMap::new(),
            workload_by_key: HashMap::new(),
            workloads_by_label: HashMap::new(),
        };
        for object in objects {
            let key = &object.key;
            if scope::is_built_in_group(&key.group) {
                view.by_kind.entry(&key.kind).or_default().push(object);
                view.by_name.entry((&key.kind, &key.name)).or_default().push(object);
            } else {
                view.by_custom_kind.entry(&key.kind).or_default().push(object);
            }
            if let Some(target) = scaled_by(object) {
                view.scalers_by_target.entry(target).or_default().push(object);
            }
        }
        for (index, workload) in view.workloads.iter().enumerate() {
            view.workload_by_key.insert(&workload.object.key, index);
            for (key, value) in workload.labels.into_iter().flatten() {
                let value = value.as_str().unwrap_or_default();
                view.workloads_by_label.entry((key, value)).or_default().push(index);
            }
        }
        view
    }

    /// The object of this identity.
    pub(crate) fn object(&self, key: &ObjectKey) -> Option<&'a Object> {
        self.by_key.get(key).copied()
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

    /// The workload of this identity.
    pub(crate) fn workload(&self, key: &ObjectKey) -> Option<&Workload<'a>> {
        self.workload_by_key.get(key).map(|index| &self.workloads[*index])
    }

    /// The workloads in the namespace of `from` whose pods have the labels of the selector.
    pub(crate) fn selected(&self, selector: &Selector<'_>, from: &Object) -> Vec<&Workload<'a>> {
        let candidates: Vec<&Workload<'a>> = match selector.some_label() {
            Some(label) => {
                let indices = self.workloads_by_label.get(&label).into_iter().flatten();
                indices.map(|index| &self.workloads[*index]).collect()
            }
            None => self.workloads.iter().collect(),
        };
        candidates
            .into_iter()
            .filter(|workload| same_namespace(workload.object, from))
            .filter(|workload| selector.matches_any(workload.labels))
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
