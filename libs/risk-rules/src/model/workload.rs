//! Workloads and their containers.

use std::collections::{BTreeMap, HashMap};

use kube_model::{Object, Path, Quantity, Segment, pod, scope};
use serde_json::{Map, Value};

use super::{items, text};

/// An object that runs pods.
pub(crate) struct Workload<'a> {
    pub(crate) object: &'a Object,
    /// The path of the pod's `spec`.
    pub(crate) path: Path,
    pub(crate) pod: &'a Value,
    /// The labels that its pods get.
    pub(crate) labels: Option<&'a Map<String, Value>>,
    pub(crate) containers: Vec<Container<'a>>,
    /// Where in the list the container of a name is: the first, of several.
    by_name: HashMap<&'a str, usize>,
}

/// A container of a workload.
pub(crate) struct Container<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: Path,
    pub(crate) value: &'a Value,
    /// Whether it runs to its end before the others start.
    pub(crate) runs_first: bool,
}

impl<'a> Workload<'a> {
    pub(crate) fn of(object: &'a Object) -> Option<Self> {
        let runs_pods = scope::is_built_in_group(&object.key.group)
            || (object.key.kind == "Rollout" && object.key.group == "argoproj.io");
        let (path, spec) = pod::spec(object).filter(|_| runs_pods)?;
        let containers: Vec<Container<'a>> =
            pod::CONTAINER_LISTS.iter().flat_map(|list| containers_of(spec, &path, list)).collect();
        let mut by_name = HashMap::with_capacity(containers.len());
        for (index, container) in containers.iter().enumerate() {
            by_name.entry(container.name).or_insert(index);
        }
        Some(Self { object, path, pod: spec, labels: pod::labels(object), containers, by_name })
    }

    /// The container of this name.
    pub(crate) fn container(&self, name: &str) -> Option<&Container<'a>> {
        self.by_name.get(name).map(|index| &self.containers[*index])
    }

    /// What the pods are made from: labels and annotations too.
    pub(crate) fn template(&self) -> Option<&'a Value> {
        let keys = pod::spec_path(&self.object.key.kind)?.split_last()?.1;
        self.object.at(keys)
    }

    /// Its claims, by the name of their volume: those that it names, and those that a StatefulSet makes.
    pub(crate) fn claims(&self) -> BTreeMap<&'a str, &'a str> {
        let made = items(self.object.at(&["spec", "volumeClaimTemplates"]))
            .filter_map(|template| text(template.get("metadata")?, "name"))
            .map(|name| (name, name));
        self.named_claims().chain(made).collect()
    }

    /// The claims that it names, each with its volume.
    pub(crate) fn named_claims(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        items(self.pod.get("volumes")).filter_map(|volume| {
            Some((text(volume, "name")?, text(volume.get("persistentVolumeClaim")?, "claimName")?))
        })
    }

    /// `spec.replicas`, if the manifest has it.
    pub(crate) fn replicas(&self) -> Option<&'a Value> {
        self.object.at(&["spec", "replicas"]).filter(|value| !value.is_null())
    }

    /// How a sentence names it: `Deployment web`.
    pub(crate) fn named(&self) -> String {
        named(self.object)
    }
}

/// How a sentence names an object: `Deployment web`.
pub(crate) fn named(object: &Object) -> String {
    format!("{} {}", kube_model::shown(&object.key.kind), kube_model::shown(&object.key.name))
}

/// A field of a container's security context, or the pod's where the container says nothing; of both path and value.
pub(crate) fn inherited_context<'a>(
    pod: (&Path, &'a Value),
    container: (&Path, &'a Value),
    field: &str,
) -> (Path, Option<&'a Value>) {
    let of = |(_, value): (&Path, &'a Value)| {
        value.get("securityContext").and_then(|context| context.get(field)).filter(|value| !value.is_null())
    };
    let at = |(path, _): (&Path, &'a Value)| path.key("securityContext").key(field);
    match (of(container), of(pod)) {
        (None, Some(value)) => (at(pod), Some(value)),
        (own, _) => (at(container), own),
    }
}

fn containers_of<'a>(spec: &'a Value, path: &Path, list: &'static str) -> Vec<Container<'a>> {
    let items = spec.get(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let list_path = path.key(list);
    items
        .iter()
        .filter_map(|value| {
            let name = value.get("name")?.as_str()?;
            let item = Segment::Item(vec![("name".to_owned(), name.to_owned())]);
            let is_sidecar = value.get("restartPolicy").and_then(Value::as_str) == Some("Always");
            let runs_first = list == "initContainers" && !is_sidecar;
            Some(Container { name, path: list_path.join(item), value, runs_first })
        })
        .collect()
}

impl<'a> Container<'a> {
    /// The value below these keys.
    pub(crate) fn at(&self, keys: &[&str]) -> Option<&'a Value> {
        keys.iter().try_fold(self.value, |value, key| value.get(key)).filter(|value| !value.is_null())
    }

    /// The path below these keys.
    pub(crate) fn path_of(&self, keys: &[&str]) -> Path {
        self.path.below(keys)
    }

    /// A quantity of `resources`, as amount and as written.
    pub(crate) fn resource(&self, of: &str, resource: &str) -> Option<(Quantity, &'a Value)> {
        let value = self.at(&["resources", of, resource])?;
        Quantity::of(value).ok().map(|quantity| (quantity, value))
    }

    /// The image, as written.
    pub(crate) fn image(&self) -> Option<&'a str> {
        self.at(&["image"]).and_then(Value::as_str).filter(|image| !image.is_empty())
    }

    /// How a sentence names it: `container api`.
    pub(crate) fn named(&self) -> String {
        format!("container {}", kube_model::shown(self.name))
    }
}
