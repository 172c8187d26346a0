//! Which kinds are Kubernetes' own, and which of them belong to no namespace.

const CLUSTER_SCOPED: &[&str] = &[
    "APIService",
    "ClusterTrustBundle",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "DeviceClass",
    "FlowSchema",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "ServiceCIDR",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

const NAMESPACED: [&str; 27] = [
    "ConfigMap",
    "ControllerRevision",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "EndpointSlice",
    "Endpoints",
    "Event",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "Lease",
    "LimitRange",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "PodTemplate",
    "ReplicaSet",
    "ReplicationController",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "Secret",
    "Service",
    "ServiceAccount",
    "StatefulSet",
];

/// Custom kinds that belong to no namespace, of projects that many clusters run.
const CUSTOM_CLUSTER_SCOPED: &[&str] = &[
    "ClusterExternalSecret",
    "ClusterImagePolicy",
    "ClusterIssuer",
    "ClusterPolicy",
    "ClusterSecretStore",
    "ClusterTriggerAuthentication",
    "ConstraintTemplate",
    "EC2NodeClass",
    "GatewayClass",
    "NodeClaim",
    "NodePool",
    "VolumeSnapshotClass",
    "VolumeSnapshotContent",
];

/// Whether objects of a built-in kind belong to no namespace.
#[must_use]
pub fn is_cluster_scoped(kind: &str) -> bool {
    CLUSTER_SCOPED.contains(&kind)
}

/// Whether objects of a kind belong to no namespace. Custom resources that are not known are taken to belong to one.
#[must_use]
pub fn belongs_to_cluster(group: &str, kind: &str) -> bool {
    let built_in = is_built_in_group(group) && is_cluster_scoped(kind);
    built_in || (!group.is_empty() && CUSTOM_CLUSTER_SCOPED.contains(&kind))
}

/// Whether the kind is one of Kubernetes' own.
#[must_use]
pub fn is_built_in(kind: &str) -> bool {
    is_cluster_scoped(kind) || NAMESPACED.contains(&kind)
}

/// Whether an API group is one of Kubernetes' own (`apps`, `*.k8s.io`, the core group).
#[must_use]
pub fn is_built_in_group(group: &str) -> bool {
    matches!(group, "" | "apps" | "batch" | "autoscaling" | "policy" | "extensions")
        || (group.ends_with(".k8s.io") && !group.starts_with("gateway.") && !group.contains(".x-k8s"))
}
