//! Which kinds are Kubernetes' own, and which kinds belong to no namespace.

use crate::schema::{group_today, table};

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

/// Kinds of the whole cluster that Kubernetes 1.28 no longer has and that manifests still hold.
const REMOVED: [(&str, &str); 1] = [("policy", "PodSecurityPolicy")];

/// Whether objects of a kind belong to no namespace. Custom resources that are not known are taken to belong to one.
#[must_use]
pub fn belongs_to_cluster(group: &str, kind: &str) -> bool {
    let group = group_today(group, kind);
    match table::kind(group, kind) {
        Some(row) => !row.namespaced,
        None => {
            REMOVED.contains(&(group, kind)) || (!group.is_empty() && CUSTOM_CLUSTER_SCOPED.contains(&kind))
        }
    }
}

/// Whether one of Kubernetes' own kinds has this name, in whatever group.
#[must_use]
pub fn is_built_in(kind: &str) -> bool {
    table::has_kind(kind)
}

/// Whether an API group is one of Kubernetes' own: one that it has, or had (`extensions`).
#[must_use]
pub fn is_built_in_group(group: &str) -> bool {
    group == "extensions" || table::has_group(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_the_whole_cluster_are_known_by_group_and_kind() {
        for (group, kind) in [
            ("", "Namespace"),
            ("", "PersistentVolume"),
            ("rbac.authorization.k8s.io", "ClusterRole"),
            ("apiextensions.k8s.io", "CustomResourceDefinition"),
            ("extensions", "PodSecurityPolicy"),
            ("cert-manager.io", "ClusterIssuer"),
        ] {
            assert!(belongs_to_cluster(group, kind), "{group} {kind}");
        }
        for (group, kind) in [
            ("", "Pod"),
            ("extensions", "Ingress"),
            ("example.com", "Namespace"),
            ("example.com", "Anything"),
            ("", "ClusterIssuer"),
        ] {
            assert!(!belongs_to_cluster(group, kind), "{group} {kind}");
        }
    }

    #[test]
    fn a_group_of_a_project_is_not_kubernetes_own() {
        for group in ["", "apps", "batch", "networking.k8s.io", "extensions"] {
            assert!(is_built_in_group(group), "{group}");
        }
        for group in
            ["gateway.networking.k8s.io", "snapshot.storage.k8s.io", "x-k8s.io", "serving.knative.dev"]
        {
            assert!(!is_built_in_group(group), "{group}");
        }
    }
}
