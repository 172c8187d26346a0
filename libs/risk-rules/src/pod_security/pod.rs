//! A pod as the standards look at it.

use std::collections::HashMap;

use kube_model::{Path, Segment};
use serde_json::Value;

use super::Violation;
use crate::model::Workload;
pub(super) use crate::model::items;

/// The lists of containers that the standards look at: ephemeral ones too.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// A pod, or the pods that a workload makes.
pub(crate) struct Pod<'a> {
    /// The path of the pod's `spec`.
    pub(crate) path: Path,
    pub(crate) spec: &'a Value,
    /// The path of the pod's `metadata.annotations`.
    annotations_path: Path,
    annotations: Option<&'a Value>,
    pub(crate) containers: Vec<PodContainer<'a>>,
    /// Where in the list the container of a name is: the first, of several.
    by_name: HashMap<&'a str, usize>,
}

/// A container of any sort.
pub(crate) struct PodContainer<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: Path,
    pub(crate) value: &'a Value,
    pub(crate) is_ephemeral: bool,
}

impl<'a> Pod<'a> {
    pub(crate) fn of(workload: &Workload<'a>) -> Self {
        let path = workload.path.clone();
        let holder = path.split_last().map_or_else(Path::root, |(holder, _)| holder);
        let annotations_path = holder.key("metadata").key("annotations");
        let annotations =
            workload.template().and_then(|template| template.get("metadata")?.get("annotations"));
        let spec = workload.pod;
        let containers =
            LISTS.iter().flat_map(|list| items(spec.get(list)).filter_map(|item| named(item, &path, list)));
        let containers: Vec<PodContainer<'a>> = containers.collect();
        let mut by_name = HashMap::with_capacity(containers.len());
        for (index, container) in containers.iter().enumerate() {
            by_name.entry(container.name).or_insert(index);
        }
        Self { path, spec, annotations_path, annotations, containers, by_name }
    }

    /// The container of this name.
    pub(crate) fn container(&self, name: &str) -> Option<&PodContainer<'a>> {
        self.by_name.get(name).map(|index| &self.containers[*index])
    }

    /// `spec.os.name: windows`.
    pub(super) fn is_windows(&self) -> bool {
        at(self.spec, &["os", "name"]).and_then(Value::as_str) == Some("windows")
    }

    /// The values at these keys of the pod's and of every container's `securityContext`.
    pub(super) fn contexts(&self, keys: &[&str]) -> Vec<Violation> {
        let of_pod = at(self.spec, &["securityContext"])
            .and_then(|context| at(context, keys))
            .map(|value| violation(self.path.key("securityContext").below(keys), Some(value), None));
        of_pod.into_iter().chain(self.of_containers(&[&["securityContext"], keys].concat())).collect()
    }

    /// The values at these keys of every container.
    pub(super) fn of_containers(&self, keys: &[&str]) -> Vec<Violation> {
        let found = self.containers.iter().filter_map(|container| {
            at(container.value, keys)
                .map(|value| violation(container.path.below(keys), Some(value), Some(container.name)))
        });
        found.collect()
    }

    /// The annotations whose key begins so, with the rest of the key.
    pub(super) fn annotations(&self, prefix: &str) -> Vec<(&'a str, Violation)> {
        let annotations = self.annotations.and_then(Value::as_object).into_iter().flatten();
        annotations
            .filter_map(|(key, value)| {
                let rest = key.strip_prefix(prefix)?;
                Some((rest, violation(self.annotations_path.key(key), Some(value), Some(rest))))
            })
            .collect()
    }
}

impl<'a> PodContainer<'a> {
    pub(crate) fn at(&self, keys: &[&str]) -> Option<&'a Value> {
        at(self.value, keys)
    }

    /// A violation of this container.
    pub(super) fn violates(&self, keys: &[&str], value: Option<&Value>) -> Violation {
        violation(self.path.below(keys), value, Some(self.name))
    }
}

fn named<'a>(item: &'a Value, spec: &Path, list: &str) -> Option<PodContainer<'a>> {
    let name = item.get("name")?.as_str()?;
    let path = spec.key(list).join(Segment::Item(vec![("name".to_owned(), name.to_owned())]));
    Some(PodContainer { name, path, value: item, is_ephemeral: list == "ephemeralContainers" })
}

pub(super) fn violation(path: Path, value: Option<&Value>, container: Option<&str>) -> Violation {
    Violation { path, value: value.cloned(), container: container.map(str::to_owned) }
}

/// The value below these keys, if it is not null.
pub(super) fn at<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().try_fold(value, |value, key| value.get(key)).filter(|value| !value.is_null())
}
