//! What a promotion carries, keeps or asks: the defaults, as data. The first row that covers a place decides.
//!
//! The rows are those of the product's specification, "The table of what a promotion carries"; an application's
//! own `promote:` and `keep:` rules win over them.

use std::sync::LazyLock;

use kube_model::{Path, Place, Segment, pod, scope};

/// What happens to a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// The source's change goes over.
    Carry,
    /// The target's value stays.
    Keep,
    /// It is listed, and goes over if somebody takes it.
    Candidate,
    /// Tag and digest go over; registry and repository stay.
    CarryVersion,
    /// It never goes over; if the target has none, that blocks.
    Ciphertext,
    /// The target's own value stays; an edit that would write a secret is refused.
    SecretValue,
    /// It is promoted apart.
    Apart,
    /// A list without keys, merged by its parts.
    Parts,
}

/// Which objects a row is about.
#[derive(Debug, Clone, Copy)]
enum Subject {
    /// Every object.
    Any,
    /// The pods of every workload: paths are below the pod's `spec`.
    Pods,
    /// Objects of these kinds.
    Kinds(&'static [&'static str]),
    /// Objects that belong to no namespace.
    ClusterScoped,
}

/// One row.
pub(crate) struct Row {
    subject: Subject,
    paths: &'static [&'static str],
    /// What happens where the base is known.
    pub(crate) known: Action,
    /// What happens where it is not.
    pub(crate) unknown: Action,
    /// Why, for the person who reads the plan.
    pub(crate) reason: &'static str,
}

const fn row(
    subject: Subject,
    paths: &'static [&'static str],
    known: Action,
    unknown: Action,
    reason: &'static str,
) -> Row {
    Row { subject, paths, known, unknown, reason }
}

use Action::{Apart, Candidate, Carry, CarryVersion, Ciphertext, Keep, Parts, SecretValue};
use Subject::{Any, ClusterScoped, Kinds, Pods};

/// The table.
pub(crate) const ROWS: &[Row] = &[
    row(
        Kinds(&["SealedSecret"]),
        &["spec.encryptedData", "spec.template.data"],
        Ciphertext,
        Ciphertext,
        "ciphertext never crosses",
    ),
    row(Kinds(&["SopsSecret"]), &["spec", "sops"], Ciphertext, Ciphertext, "ciphertext never crosses"),
    row(
        Kinds(&["ExternalSecret", "ClusterExternalSecret", "SecretProviderClass"]),
        &["spec.secretStoreRef", "spec.data", "spec.dataFrom", "spec.externalSecretSpec", "spec.parameters"],
        Ciphertext,
        Ciphertext,
        "each environment has its own secret store and paths",
    ),
    row(
        Kinds(&["Secret"]),
        &["data", "stringData"],
        SecretValue,
        SecretValue,
        "each environment has its own secret values",
    ),
    row(ClusterScoped, &[""], Apart, Candidate, "an object of the whole cluster is promoted by itself"),
    row(Pods, &["*ontainers[*].image"], CarryVersion, CarryVersion, "the image's version"),
    row(Pods, &["*ontainers[*].resources", "resources"], Keep, Keep, "each environment has its own sizes"),
    row(Any, &["spec.replicas"], Keep, Keep, "each environment has its own replicas"),
    row(Pods, &["imagePullSecrets"], Keep, Keep, "pull secrets belong to the environment"),
    row(
        Pods,
        &[
            "nodeSelector",
            "nodeName",
            "affinity",
            "tolerations",
            "topologySpreadConstraints",
            "runtimeClassName",
            "schedulerName",
        ],
        Keep,
        Keep,
        "placement belongs to the environment's nodes",
    ),
    row(Pods, &["priorityClassName", "priority"], Keep, Keep, "priority classes belong to the cluster"),
    row(
        Pods,
        &[
            "*ontainers[*].env[*].valueFrom.secretKeyRef.name",
            "*ontainers[*].envFrom[*].secretRef.name",
            "volumes[*].secret.secretName",
            "volumes[*].projected.sources[*].secret.name",
            "volumes[*].csi.nodePublishSecretRef.name",
        ],
        Keep,
        Candidate,
        "each environment names its own Secrets",
    ),
    row(
        Pods,
        &["*ontainers[*].envFrom", "volumes[*].projected.sources"],
        Parts,
        Candidate,
        "configuration that came with the release",
    ),
    row(
        Pods,
        &[
            "volumes[*].ephemeral.volumeClaimTemplate.spec.storageClassName",
            "volumes[*].ephemeral.volumeClaimTemplate.spec.resources",
        ],
        Keep,
        Keep,
        "storage class and size belong to the environment",
    ),
    row(
        Pods,
        &["*ontainers[*].env", "*ontainers[*].args"],
        Carry,
        Candidate,
        "configuration that came with the release",
    ),
    row(
        Kinds(&["ConfigMap"]),
        &["data", "binaryData"],
        Carry,
        Candidate,
        "configuration that came with the release",
    ),
    row(
        Kinds(&["HorizontalPodAutoscaler"]),
        &["spec.minReplicas", "spec.maxReplicas"],
        Keep,
        Keep,
        "each environment has its own bounds",
    ),
    row(Kinds(&["HorizontalPodAutoscaler"]), &["spec"], Carry, Keep, "how the autoscaler decides"),
    row(
        Kinds(&["ScaledObject", "ScaledJob"]),
        &["spec.minReplicaCount", "spec.maxReplicaCount", "spec.idleReplicaCount"],
        Keep,
        Keep,
        "each environment has its own bounds",
    ),
    row(
        Kinds(&["PodDisruptionBudget"]),
        &["spec.minAvailable", "spec.maxUnavailable"],
        Keep,
        Keep,
        "each environment has its own disruption budget",
    ),
    row(Kinds(&["PodDisruptionBudget"]), &["spec.selector"], Carry, Keep, "which pods the budget is about"),
    row(
        Kinds(&["NetworkPolicy"]),
        &[
            "spec.ingress[*].from[*].ipBlock",
            "spec.ingress[*].from[*].namespaceSelector",
            "spec.egress[*].to[*].ipBlock",
            "spec.egress[*].to[*].namespaceSelector",
        ],
        Keep,
        Candidate,
        "networks and namespaces belong to the environment",
    ),
    row(
        Kinds(&["NetworkPolicy"]),
        &["spec.ingress", "spec.egress"],
        Parts,
        Candidate,
        "which ports are open",
    ),
    row(
        Kinds(&["Ingress"]),
        &["spec.rules[*].host", "spec.tls", "spec.ingressClassName", "metadata.annotations"],
        Keep,
        Candidate,
        "host, TLS, class and annotations belong to the environment",
    ),
    row(Kinds(&["Ingress"]), &["spec.rules"], Parts, Candidate, "paths and backends"),
    row(
        Kinds(&["Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute"]),
        &[
            "spec.hostnames",
            "spec.listeners",
            "spec.parentRefs",
            "spec.gatewayClassName",
            "metadata.annotations",
        ],
        Keep,
        Candidate,
        "host, TLS, class and annotations belong to the environment",
    ),
    row(
        Kinds(&["ServiceAccount"]),
        &[
            "metadata.annotations[\"eks.amazonaws.com/role-arn\"]",
            "metadata.annotations[\"iam.gke.io/gcp-service-account\"]",
            "metadata.annotations[\"azure.workload.identity/client-id\"]",
            "metadata.annotations[\"azure.workload.identity/tenant-id\"]",
        ],
        Keep,
        Candidate,
        "the cloud identity belongs to the environment",
    ),
    row(
        Kinds(&["Service"]),
        &["metadata.annotations"],
        Keep,
        Keep,
        "a Service's annotations belong to the environment",
    ),
    row(
        Kinds(&["CronJob"]),
        &["spec.schedule", "spec.timeZone", "spec.suspend"],
        Keep,
        Keep,
        "each environment has its own schedule",
    ),
    row(
        Any,
        &["spec.suspend", "spec.jobTemplate.spec.suspend"],
        Keep,
        Keep,
        "each environment decides what is suspended",
    ),
    row(
        Kinds(&["ServiceAccount"]),
        &["imagePullSecrets", "secrets"],
        Keep,
        Keep,
        "pull secrets belong to the environment",
    ),
    row(Any, &["spec.paused"], Keep, Keep, "each environment decides what is paused"),
    row(
        Kinds(&["PersistentVolumeClaim"]),
        &["spec.storageClassName", "spec.resources", "spec.volumeName", "spec.volumeAttributesClassName"],
        Keep,
        Keep,
        "storage class and size belong to the environment",
    ),
    row(
        Kinds(&["StatefulSet"]),
        &[
            "spec.volumeClaimTemplates[*].spec.storageClassName",
            "spec.volumeClaimTemplates[*].spec.resources",
        ],
        Keep,
        Keep,
        "storage class and size belong to the environment",
    ),
    row(
        Any,
        &[
            "metadata.annotations[\"kubectl.kubernetes.io/*\"]",
            "metadata.annotations[\"deployment.kubernetes.io/revision\"]",
            "spec.template.metadata.annotations[\"kubectl.kubernetes.io/restartedAt\"]",
            "metadata.resourceVersion",
            "metadata.uid",
            "metadata.generation",
            "metadata.creationTimestamp",
            "metadata.managedFields",
            "status",
        ],
        Keep,
        Keep,
        "a cluster wrote it, no person did",
    ),
    row(Any, &[""], Carry, Candidate, "part of the release"),
];

static PATTERNS: LazyLock<Vec<Vec<Path>>> = LazyLock::new(|| {
    let parse = |paths: &[&str]| paths.iter().filter_map(|path| path.parse().ok()).collect();
    ROWS.iter().map(|row| parse(row.paths)).collect()
});

/// The row that decides about a place. `encrypted` says that the object's values are ciphertext (SOPS).
pub(crate) fn row_of(place: &Place, encrypted: bool) -> &'static Row {
    static ENCRYPTED: Row = row(Any, &[""], Ciphertext, Ciphertext, "ciphertext never crosses");
    let below_pod = below_pod_spec(place);
    // SOPS signs the whole file, what it leaves in clear as well.
    if encrypted {
        return &ENCRYPTED;
    }
    let found = ROWS.iter().zip(PATTERNS.iter()).find(|(row, patterns)| {
        let path = match row.subject {
            Any => Some(&place.path),
            Pods => below_pod.as_ref(),
            Kinds(kinds) => is_of_kinds(place, kinds).then_some(&place.path),
            ClusterScoped => is_cluster_scoped(place).then_some(&place.path),
        };
        path.is_some_and(|path| patterns.iter().any(|pattern| pattern.covers(path)))
    });
    found.map_or(&ROWS[ROWS.len() - 1], |(row, _)| row)
}

/// Whether a row tells apart what lies below a place.
pub(crate) fn reaches_below(place: &Place) -> bool {
    ROWS.iter().zip(PATTERNS.iter()).any(|(row, patterns)| match row.subject {
        Kinds(kinds) if is_of_kinds(place, kinds) => {
            patterns.iter().any(|pattern| pattern.reaches_into(&place.path))
        }
        Pods => below_pod_spec(place)
            .is_some_and(|path| patterns.iter().any(|pattern| pattern.reaches_into(&path))),
        _ => false,
    })
}

fn is_cluster_scoped(place: &Place) -> bool {
    scope::belongs_to_cluster(&place.object.group, &place.object.kind)
}

/// A custom resource may have the name of a built-in kind (Calico's NetworkPolicy) and is another thing.
fn is_of_kinds(place: &Place, kinds: &[&str]) -> bool {
    let kind = place.object.kind.as_str();
    kinds.contains(&kind) && (!scope::is_built_in(kind) || scope::is_built_in_group(&place.object.group))
}

fn below_pod_spec(place: &Place) -> Option<Path> {
    let keys = pod::spec_path(&place.object.kind)?;
    let segments = place.path.segments();
    let inside = segments.len() > keys.len()
        && keys.iter().zip(segments).all(|(key, segment)| matches!(segment, Segment::Key(k) if k == key));
    inside.then(|| segments[keys.len()..].iter().cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube_model::ObjectKey;

    #[test]
    fn every_path_of_the_table_is_a_path() {
        for row in ROWS {
            for path in row.paths {
                assert!(path.parse::<Path>().is_ok(), "{path}");
            }
        }
    }

    #[test]
    fn rows_are_found_by_kind_and_place() {
        for (kind, path, known, unknown) in [
            ("Deployment", "spec.template.spec.containers[name=a].image", CarryVersion, CarryVersion),
            (
                "CronJob",
                "spec.jobTemplate.spec.template.spec.initContainers[name=a].image",
                CarryVersion,
                CarryVersion,
            ),
            ("Pod", "spec.containers[name=a].resources.limits.cpu", Keep, Keep),
            ("Deployment", "spec.template.spec.containers[name=a].env[name=X]", Carry, Candidate),
            (
                "Deployment",
                "spec.template.spec.containers[name=a].env[name=X].valueFrom.secretKeyRef.name",
                Keep,
                Candidate,
            ),
            ("Deployment", "spec.template.spec.containers[name=a].livenessProbe", Carry, Candidate),
            ("HorizontalPodAutoscaler", "spec.maxReplicas", Keep, Keep),
            ("HorizontalPodAutoscaler", "spec.metrics", Carry, Keep),
            ("Ingress", "spec.rules", Parts, Candidate),
            ("Ingress", "spec.rules[0].host", Keep, Candidate),
            ("ClusterRole", "rules", Apart, Candidate),
            ("Role", "rules", Carry, Candidate),
            (
                "StatefulSet",
                "spec.volumeClaimTemplates[metadata.name=d].spec.resources.requests.storage",
                Keep,
                Keep,
            ),
        ] {
            let group = match kind {
                "ClusterRole" | "Role" => "rbac.authorization.k8s.io",
                _ => "",
            };
            let object =
                ObjectKey { group: group.into(), kind: kind.into(), namespace: None, name: "x".into() };
            let row = row_of(&Place { object, path: path.parse().unwrap() }, false);
            assert_eq!((row.known, row.unknown), (known, unknown), "{kind}:{path}");
        }
    }
}
