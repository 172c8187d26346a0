//! A node, as it is or as a group would make it.

use std::collections::BTreeMap;

use kube_model::Object;
use serde::Deserialize;

use crate::PackingError;
use crate::facts::Facts;
use crate::pod::volumes_of;
use crate::read::{Amounts, Labels, Resources, all_counted, or_default, part};

/// A taint that keeps pods away, or is to be avoided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub(crate) struct Taint {
    pub(crate) key: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) value: String,
    pub(crate) effect: String,
}

/// What a node is: what its price depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NodeKind {
    /// The group or pool that it is of; none for a node by itself.
    pub group: Option<String>,
    /// Its instance type, as the provider names it.
    pub instance_type: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// `on-demand`, `spot` or `reserved`, as far as its labels say so.
    pub capacity_type: Option<String>,
}

/// Who adds nodes like it, and takes them away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum Owner {
    #[default]
    Nobody,
    /// cluster-autoscaler, in this group.
    Group(usize),
    /// Karpenter, in this pool.
    Pool(usize),
}

/// A node, or what a new one of a group is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) labels: Labels,
    pub(crate) taints: Vec<Taint>,
    pub(crate) unschedulable: bool,
    pub(crate) allocatable: Resources,
    pub(crate) owner: Owner,
    /// What it costs an hour, in billionths of a unit of money, where an autoscaler is to choose by it.
    pub(crate) price: Option<u64>,
    /// Whether an annotation keeps autoscalers from taking it away.
    pub(crate) held: bool,
}

pub(crate) const HOSTNAME: &str = "kubernetes.io/hostname";
pub(crate) const ZONE: &str = "topology.kubernetes.io/zone";
pub(crate) const REGION: &str = "topology.kubernetes.io/region";
pub(crate) const INSTANCE_TYPE: &str = "node.kubernetes.io/instance-type";
pub(crate) const CAPACITY_TYPE: &str = "karpenter.sh/capacity-type";

/// The labels by which providers and Karpenter name a node's group.
pub(crate) const GROUP_LABELS: [&str; 7] = [
    "karpenter.sh/nodepool",
    "eks.amazonaws.com/nodegroup",
    "alpha.eksctl.io/nodegroup-name",
    "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool",
    "kops.k8s.io/instancegroup",
    "node.plimsoll.dev/group",
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NodeSpec {
    #[serde(deserialize_with = "or_default")]
    taints: Vec<Taint>,
    #[serde(deserialize_with = "or_default")]
    unschedulable: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NodeStatus {
    #[serde(deserialize_with = "or_default")]
    allocatable: Amounts,
    #[serde(deserialize_with = "or_default")]
    capacity: Amounts,
}

impl Node {
    /// A node as `kubectl get nodes -o yaml` gives it.
    pub(crate) fn of(object: &Object, facts: &Facts) -> Result<Self, PackingError> {
        let spec: NodeSpec = part(object, &["spec"])?;
        let status: NodeStatus = part(object, &["status"])?;
        let annotations: Labels = part(object, &["metadata", "annotations"])?;
        let amounts = if status.allocatable.is_empty() { status.capacity } else { status.allocatable };
        let mut allocatable = all_counted(&amounts);
        if let Some(limits) = facts.volume_limits(&object.key.name) {
            limit_volumes(&mut allocatable, limits);
        }
        let said = |key: &str| annotations.get(key).map(String::as_str) == Some("true");
        let mut labels: Labels = part(object, &["metadata", "labels"])?;
        labels.entry(HOSTNAME.to_owned()).or_insert_with(|| object.key.name.clone());
        Ok(Self {
            name: object.key.name.clone(),
            labels,
            taints: spec.taints,
            unschedulable: spec.unschedulable,
            allocatable,
            owner: Owner::Nobody,
            price: None,
            held: said("cluster-autoscaler.kubernetes.io/scale-down-disabled")
                || said("karpenter.sh/do-not-disrupt"),
        })
    }

    pub(crate) fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }

    /// The name that its labels give its group.
    pub(crate) fn group_label(&self) -> Option<&str> {
        GROUP_LABELS.iter().find_map(|key| self.label(key))
    }

    /// The kind that its labels say.
    pub(crate) fn kind(&self) -> NodeKind {
        let label = |keys: &[&str]| keys.iter().find_map(|key| self.label(key)).map(str::to_owned);
        NodeKind {
            group: self.group_label().map(str::to_owned),
            instance_type: label(&[INSTANCE_TYPE, "beta.kubernetes.io/instance-type"]),
            region: label(&[REGION, "failure-domain.beta.kubernetes.io/region"]),
            capacity_type: self.capacity_type().map(str::to_owned),
        }
    }

    fn capacity_type(&self) -> Option<&str> {
        let spot = |key: &str| self.label(key).map(|value| value.eq_ignore_ascii_case("true"));
        let named =
            ["eks.amazonaws.com/capacityType", CAPACITY_TYPE, "kubernetes.azure.com/scalesetpriority"];
        match named.iter().find_map(|key| self.label(key)) {
            Some("SPOT" | "spot") => Some("spot"),
            Some("ON_DEMAND" | "on-demand" | "regular" | "Regular") => Some("on-demand"),
            Some(other) => Some(other),
            None if spot("cloud.google.com/gke-spot") == Some(true) => Some("spot"),
            None if spot("cloud.google.com/gke-preemptible") == Some(true) => Some("spot"),
            None => None,
        }
    }
}

/// Counts the volumes that a node holds as a resource of it.
pub(crate) fn limit_volumes(allocatable: &mut Resources, limits: &BTreeMap<String, u32>) {
    for (driver, count) in limits {
        allocatable.insert(volumes_of(driver), i128::from(*count));
    }
}
