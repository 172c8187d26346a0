//! The fields of a pod's `spec` that decide where it runs, as they are written.

use serde::Deserialize;

use crate::read::{Amounts, Labels, or_default};
use crate::selector::{LabelSelector, NodeSelector, NodeTerm};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodFields {
    #[serde(deserialize_with = "or_default")]
    pub(super) node_selector: Labels,
    #[serde(deserialize_with = "or_default")]
    pub(super) affinity: AffinityFields,
    #[serde(deserialize_with = "or_default")]
    pub(super) tolerations: Vec<Toleration>,
    #[serde(deserialize_with = "or_default")]
    pub(super) topology_spread_constraints: Vec<SpreadFields>,
    #[serde(deserialize_with = "or_default")]
    pub(super) init_containers: Vec<ContainerFields>,
    #[serde(deserialize_with = "or_default")]
    pub(super) containers: Vec<ContainerFields>,
    #[serde(deserialize_with = "or_default")]
    pub(super) overhead: Amounts,
    #[serde(deserialize_with = "or_default")]
    pub(super) resources: ResourceFields,
    #[serde(deserialize_with = "or_default")]
    pub(super) volumes: Vec<VolumeFields>,
    #[serde(deserialize_with = "or_default")]
    pub(super) scheduling_gates: Vec<GateFields>,
    #[serde(deserialize_with = "or_default")]
    pub(super) host_network: bool,
    pub(super) priority: Option<i32>,
    pub(super) priority_class_name: Option<String>,
    pub(super) preemption_policy: Option<String>,
    pub(super) runtime_class_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct GateFields {
    pub(super) name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ContainerFields {
    #[serde(deserialize_with = "or_default")]
    pub(super) resources: ResourceFields,
    #[serde(deserialize_with = "or_default")]
    pub(super) ports: Vec<PortFields>,
    pub(super) restart_policy: Option<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct ResourceFields {
    #[serde(deserialize_with = "or_default")]
    pub(super) requests: Amounts,
    #[serde(deserialize_with = "or_default")]
    pub(super) limits: Amounts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PortFields {
    pub(super) container_port: Option<u16>,
    pub(super) host_port: Option<u16>,
    #[serde(rename = "hostIP")]
    pub(super) host_ip: Option<String>,
    pub(super) protocol: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct VolumeFields {
    pub(super) persistent_volume_claim: Option<ClaimFields>,
    pub(super) ephemeral: Option<EphemeralFields>,
    pub(super) empty_dir: Option<EmptyDirFields>,
    pub(super) host_path: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClaimFields {
    pub(super) claim_name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EmptyDirFields {
    pub(super) medium: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct EphemeralFields {
    #[serde(deserialize_with = "or_default")]
    pub(super) volume_claim_template: TemplateFields,
}

/// A claim that is made with the pod.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TemplateFields {
    #[serde(deserialize_with = "or_default")]
    pub(crate) metadata: NameFields,
    #[serde(deserialize_with = "or_default")]
    pub(crate) spec: ClaimSpecFields,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NameFields {
    #[serde(deserialize_with = "or_default")]
    pub(crate) name: String,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ClaimSpecFields {
    pub(crate) storage_class_name: Option<String>,
    pub(crate) volume_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AffinityFields {
    #[serde(deserialize_with = "or_default")]
    pub(super) node_affinity: NodeAffinityFields,
    #[serde(deserialize_with = "or_default")]
    pub(super) pod_affinity: PodAffinityFields,
    #[serde(deserialize_with = "or_default")]
    pub(super) pod_anti_affinity: PodAffinityFields,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeAffinityFields {
    #[serde(rename = "requiredDuringSchedulingIgnoredDuringExecution")]
    pub(super) required: Option<NodeSelector>,
    #[serde(rename = "preferredDuringSchedulingIgnoredDuringExecution", deserialize_with = "or_default")]
    pub(super) preferred: Vec<PreferredFields>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PreferredFields {
    pub(super) weight: i32,
    pub(super) preference: NodeTerm,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PodAffinityFields {
    #[serde(rename = "requiredDuringSchedulingIgnoredDuringExecution", deserialize_with = "or_default")]
    pub(super) required: Vec<PodTermFields>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodTermFields {
    pub(super) label_selector: Option<LabelSelector>,
    #[serde(deserialize_with = "or_default")]
    pub(super) namespaces: Vec<String>,
    pub(super) namespace_selector: Option<LabelSelector>,
    #[serde(deserialize_with = "or_default")]
    pub(super) match_label_keys: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) mismatch_label_keys: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) topology_key: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SpreadFields {
    #[serde(deserialize_with = "or_default")]
    pub(super) topology_key: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) max_skew: u32,
    #[serde(deserialize_with = "or_default")]
    pub(super) when_unsatisfiable: String,
    pub(super) label_selector: Option<LabelSelector>,
    pub(super) min_domains: Option<u32>,
    pub(super) node_affinity_policy: Option<String>,
    pub(super) node_taints_policy: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) match_label_keys: Vec<String>,
}

/// What a pod tolerates.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Toleration {
    pub(crate) key: Option<String>,
    pub(crate) operator: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) effect: Option<String>,
}
