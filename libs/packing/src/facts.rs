//! What a pod's place depends on besides itself: classes, claims and volumes, namespaces.

use std::collections::BTreeMap;

use kube_model::Object;
use serde::Deserialize;

use crate::PackingError;
use crate::pod::{ClaimSpecFields, Scope};
use crate::read::{Amounts, Labels, or_default, part};
use crate::selector::{NodeSelector, NodeTerm, Requirement};

/// Objects that pods and nodes refer to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    priorities: BTreeMap<String, Priority>,
    overheads: BTreeMap<String, Amounts>,
    namespaces: BTreeMap<String, Labels>,
    claims: BTreeMap<(String, String), ClaimSpecFields>,
    volumes: BTreeMap<String, Storage>,
    classes: BTreeMap<String, StorageClass>,
    /// How many volumes of each driver a node holds, by its name.
    volume_limits: BTreeMap<String, BTreeMap<String, u32>>,
}

#[derive(Debug, Clone)]
struct Priority {
    value: i32,
    preempts: bool,
    is_default: bool,
}

#[derive(Debug, Clone, Default)]
struct Storage {
    driver: Option<String>,
    places: Vec<NodeSelector>,
}

#[derive(Debug, Clone, Default)]
struct StorageClass {
    provisioner: Option<String>,
    topologies: Option<NodeSelector>,
    is_default: bool,
}

/// Where a volume is or may be, and who attaches it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StorageOf<'a> {
    pub(crate) driver: Option<&'a str>,
    pub(crate) places: &'a [NodeSelector],
}

/// Kubernetes' own priority classes (`SystemCriticalPriority` and above in `pkg/apis/scheduling`).
const SYSTEM_PRIORITIES: [(&str, i32); 2] =
    [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];

impl Facts {
    /// Takes in the objects of a state, over what is known already.
    pub(crate) fn add(&mut self, objects: &[Object]) -> Result<(), PackingError> {
        for object in objects {
            let name = || object.key.name.clone();
            match (object.key.group.as_str(), object.key.kind.as_str()) {
                ("scheduling.k8s.io", "PriorityClass") => {
                    self.priorities.insert(name(), priority_class(object)?);
                }
                ("node.k8s.io", "RuntimeClass") => {
                    self.overheads.insert(name(), part(object, &["overhead", "podFixed"])?);
                }
                ("", "Namespace") => {
                    self.namespaces.insert(name(), part(object, &["metadata", "labels"])?);
                }
                ("", "PersistentVolumeClaim") => {
                    let namespace = object.key.namespace.clone().unwrap_or_else(|| "default".to_owned());
                    self.claims.insert((namespace, name()), part(object, &["spec"])?);
                }
                ("", "PersistentVolume") => {
                    self.volumes.insert(name(), volume(object)?);
                }
                ("storage.k8s.io", "StorageClass") => {
                    self.classes.insert(name(), storage_class(object)?);
                }
                ("storage.k8s.io", "CSINode") => {
                    self.volume_limits.insert(name(), volume_limits(object)?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The priority of a pod, and whether it may preempt.
    pub(crate) fn priority(
        &self,
        resolved: Option<i32>,
        class: Option<&str>,
        policy: Option<&str>,
    ) -> (i32, bool) {
        let named = class.and_then(|name| SYSTEM_PRIORITIES.iter().find(|(system, _)| *system == name));
        let class = match class {
            Some(name) => self.priorities.get(name),
            None => self.priorities.values().find(|class| class.is_default),
        };
        let of_class = class.map(|class| class.value).or(named.map(|(_, value)| *value));
        let preempts = match policy {
            Some(policy) => policy != "Never",
            None => class.is_none_or(|class| class.preempts),
        };
        (resolved.or(of_class).unwrap_or(0), preempts)
    }

    /// What a RuntimeClass adds to a pod.
    pub(crate) fn overhead(&self, class: &str) -> Option<&Amounts> {
        self.overheads.get(class)
    }

    /// A claim that there is.
    pub(crate) fn claim(&self, namespace: &str, name: &str) -> Option<&ClaimSpecFields> {
        self.claims.get(&(namespace.to_owned(), name.to_owned()))
    }

    /// The volume of a claim: the one that it is bound to, or what its class will make.
    pub(crate) fn storage(&self, claim: &ClaimSpecFields) -> StorageOf<'_> {
        let bound = claim.volume_name.as_ref().filter(|name| !name.is_empty());
        if let Some(volume) = bound.and_then(|name| self.volumes.get(name)) {
            return StorageOf { driver: volume.driver.as_deref(), places: &volume.places };
        }
        let class = match &claim.storage_class_name {
            Some(name) => self.classes.get(name),
            None => self.classes.values().find(|class| class.is_default),
        };
        let topologies = class.and_then(|class| class.topologies.as_ref());
        StorageOf {
            driver: class.and_then(|class| class.provisioner.as_deref()),
            places: topologies.map(std::slice::from_ref).unwrap_or_default(),
        }
    }

    /// How many volumes of each driver a node holds; none where nothing says so.
    pub(crate) fn volume_limits(&self, node: &str) -> Option<&BTreeMap<String, u32>> {
        self.volume_limits.get(node)
    }

    /// Whether a namespace is of a scope. Every namespace has its name as a label.
    pub(crate) fn is_within(&self, namespace: &str, scope: &Scope) -> bool {
        let labelled = |selector: &crate::selector::LabelSelector| {
            let mut labels = self.namespaces.get(namespace).cloned().unwrap_or_default();
            labels.insert("kubernetes.io/metadata.name".to_owned(), namespace.to_owned());
            selector.selects(&labels)
        };
        scope.namespaces.contains(namespace) || scope.labelled.as_ref().is_some_and(labelled)
    }
}

fn priority_class(object: &Object) -> Result<Priority, PackingError> {
    let value: Option<i32> = part(object, &["value"])?;
    let policy: Option<String> = part(object, &["preemptionPolicy"])?;
    Ok(Priority {
        value: value.unwrap_or(0),
        preempts: policy.as_deref() != Some("Never"),
        is_default: part(object, &["globalDefault"])?,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct VolumeSpec {
    csi: Option<CsiFields>,
    #[serde(deserialize_with = "or_default")]
    node_affinity: VolumeAffinity,
}

#[derive(Debug, Deserialize)]
struct CsiFields {
    driver: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct VolumeAffinity {
    required: Option<NodeSelector>,
}

/// The labels by which the VolumeZone plugin holds a volume against a node.
const ZONE_LABELS: [&str; 4] = [
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
];

fn volume(object: &Object) -> Result<Storage, PackingError> {
    let spec: VolumeSpec = part(object, &["spec"])?;
    let labels: Labels = part(object, &["metadata", "labels"])?;
    let mut places: Vec<NodeSelector> = spec.node_affinity.required.into_iter().collect();
    for key in ZONE_LABELS {
        if let Some(zones) = labels.get(key) {
            let values = zones.split("__").map(str::to_owned).collect();
            let one = Requirement { values, ..Requirement::is_in(key, "") };
            places.push(one_of(vec![vec![one]]));
        }
    }
    Ok(Storage { driver: spec.csi.map(|csi| csi.driver), places })
}

fn one_of(terms: Vec<Vec<Requirement>>) -> NodeSelector {
    let term = |match_expressions| NodeTerm { match_expressions, match_fields: Vec::new() };
    NodeSelector { node_selector_terms: terms.into_iter().map(term).collect() }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TopologyFields {
    #[serde(deserialize_with = "or_default")]
    match_label_expressions: Vec<TopologyRequirement>,
}

#[derive(Debug, Deserialize)]
struct TopologyRequirement {
    key: String,
    values: Vec<String>,
}

fn storage_class(object: &Object) -> Result<StorageClass, PackingError> {
    let topologies: Vec<TopologyFields> = part(object, &["allowedTopologies"])?;
    let annotations: Labels = part(object, &["metadata", "annotations"])?;
    let terms = topologies.into_iter().map(|one| {
        let in_values =
            |one: TopologyRequirement| Requirement { values: one.values, ..Requirement::is_in(&one.key, "") };
        one.match_label_expressions.into_iter().map(in_values).collect()
    });
    let terms: Vec<Vec<Requirement>> = terms.collect();
    let default = annotations.get("storageclass.kubernetes.io/is-default-class");
    Ok(StorageClass {
        provisioner: part(object, &["provisioner"])?,
        topologies: (!terms.is_empty()).then(|| one_of(terms)),
        is_default: default.map(String::as_str) == Some("true"),
    })
}

#[derive(Debug, Default, Deserialize)]
struct CsiDriver {
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    allocatable: CsiAllocatable,
}

#[derive(Debug, Default, Deserialize)]
struct CsiAllocatable {
    count: Option<u32>,
}

fn volume_limits(object: &Object) -> Result<BTreeMap<String, u32>, PackingError> {
    let drivers: Vec<CsiDriver> = part(object, &["spec", "drivers"])?;
    Ok(drivers.into_iter().filter_map(|driver| Some((driver.name, driver.allocatable.count?))).collect())
}
