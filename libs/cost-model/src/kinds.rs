//! Which kinds cost something.

use kube_model::ObjectKey;

/// How a kind is costed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// So many equal pods, all month.
    Replicated,
    /// A pod on each node, all month.
    DaemonSet,
    /// Pods that run once.
    Job,
    /// Pods that run by a schedule.
    CronJob,
    /// One pod, all month.
    Pod,
    /// A volume.
    Claim,
    /// A load balancer, if it asks for one.
    Service,
    /// Nothing by itself.
    Free,
    /// Not known.
    Unknown,
}

impl Kind {
    pub(crate) fn of(key: &ObjectKey) -> Self {
        match (key.group.as_str(), key.kind.as_str()) {
            ("apps" | "extensions", "Deployment" | "ReplicaSet") => Self::Replicated,
            ("apps", "StatefulSet") | ("", "ReplicationController") => Self::Replicated,
            ("apps" | "extensions", "DaemonSet") => Self::DaemonSet,
            ("batch", "Job") => Self::Job,
            ("batch", "CronJob") => Self::CronJob,
            ("", "Pod") => Self::Pod,
            ("", "PersistentVolumeClaim") => Self::Claim,
            ("", "Service") => Self::Service,
            (group, kind) if is_free(group, kind) => Self::Free,
            _ => Self::Unknown,
        }
    }

    /// Whether its cost is that of pods which it makes.
    pub(crate) fn runs_pods(self) -> bool {
        matches!(self, Self::Replicated | Self::DaemonSet | Self::Job | Self::CronJob | Self::Pod)
    }
}

/// Why the cost of an object of an unknown kind is not known.
pub(crate) fn why_unknown(key: &ObjectKey) -> String {
    match (key.group.as_str(), key.kind.as_str()) {
        ("", "PersistentVolume") => {
            "the disk behind a PersistentVolume was made elsewhere, and its price is not \
             known; a claim for it is counted by the size that the claim asks for"
                .to_owned()
        }
        ("", kind) => format!("what a {kind} costs is not known"),
        (group, kind) => format!("what a {kind} of {group} costs is not known"),
    }
}

fn is_free(group: &str, kind: &str) -> bool {
    FREE.iter().any(|(free, kinds)| *free == group && (kinds.contains(&kind) || *kinds == ["*"]))
}

/// Kinds that cost nothing by themselves: configuration, permissions, routes, and requests to controllers whose own
/// pods are counted where they are. What makes something that costs (a Gateway a balancer, a HelmRelease
/// workloads, a Prometheus pods) is not here.
const FREE: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "Namespace",
            "PodTemplate",
            "ResourceQuota",
            "Secret",
            "ServiceAccount",
        ],
    ),
    ("apps", &["ControllerRevision"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("policy", &["PodDisruptionBudget", "PodSecurityPolicy"]),
    ("extensions", &["Ingress", "NetworkPolicy", "PodSecurityPolicy"]),
    ("networking.k8s.io", &["Ingress", "IngressClass", "NetworkPolicy"]),
    ("rbac.authorization.k8s.io", &["*"]),
    ("admissionregistration.k8s.io", &["*"]),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("certificates.k8s.io", &["*"]),
    ("coordination.k8s.io", &["Lease"]),
    ("discovery.k8s.io", &["EndpointSlice"]),
    ("events.k8s.io", &["Event"]),
    ("flowcontrol.apiserver.k8s.io", &["*"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &[
            "CSIDriver",
            "CSINode",
            "CSIStorageCapacity",
            "StorageClass",
            "VolumeAttachment",
            "VolumeAttributesClass",
        ],
    ),
    (
        "gateway.networking.k8s.io",
        &[
            "BackendTLSPolicy",
            "GRPCRoute",
            "GatewayClass",
            "HTTPRoute",
            "ReferenceGrant",
            "TCPRoute",
            "TLSRoute",
            "UDPRoute",
        ],
    ),
    ("kustomize.config.k8s.io", &["Kustomization", "Component"]),
    // Secrets from elsewhere.
    ("bitnami.com", &["SealedSecret"]),
    ("external-secrets.io", &["*"]),
    ("generators.external-secrets.io", &["*"]),
    ("isindir.github.com", &["SopsSecret"]),
    ("secrets-store.csi.x-k8s.io", &["SecretProviderClass"]),
    // Certificates.
    ("cert-manager.io", &["*"]),
    ("acme.cert-manager.io", &["*"]),
    ("trust.cert-manager.io", &["Bundle"]),
    // What is watched, not what watches.
    (
        "monitoring.coreos.com",
        &["AlertmanagerConfig", "PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceMonitor"],
    ),
    // Delivery: what it delivers is counted where it is rendered.
    ("argoproj.io", &["AppProject", "Application", "ApplicationSet"]),
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"]),
    ("source.toolkit.fluxcd.io", &["*"]),
    ("image.toolkit.fluxcd.io", &["*"]),
    ("notification.toolkit.fluxcd.io", &["*"]),
    // Meshes, routes, policies.
    ("networking.istio.io", &["*"]),
    ("security.istio.io", &["*"]),
    ("telemetry.istio.io", &["*"]),
    ("policy.linkerd.io", &["*"]),
    ("linkerd.io", &["ServiceProfile"]),
    ("traefik.io", &["*"]),
    ("traefik.containo.us", &["*"]),
    ("cilium.io", &["CiliumClusterwideNetworkPolicy", "CiliumNetworkPolicy"]),
    ("projectcalico.org", &["GlobalNetworkPolicy", "NetworkPolicy"]),
    ("crd.projectcalico.org", &["GlobalNetworkPolicy", "NetworkPolicy"]),
    ("kyverno.io", &["*"]),
    ("constraints.gatekeeper.sh", &["*"]),
    ("templates.gatekeeper.sh", &["*"]),
];
