//! What costs nothing by itself.

pub(super) fn is_free(group: &str, kind: &str) -> bool {
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
    ("autoscaling.k8s.io", &["*"]),
    ("keda.sh", &["ClusterTriggerAuthentication", "ScaledObject", "TriggerAuthentication"]),
    ("policy", &["PodDisruptionBudget", "PodSecurityPolicy"]),
    ("extensions", &["NetworkPolicy", "PodSecurityPolicy"]),
    ("networking.k8s.io", &["IngressClass", "NetworkPolicy"]),
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
    (
        "argoproj.io",
        &[
            "AnalysisRun",
            "AnalysisTemplate",
            "AppProject",
            "Application",
            "ApplicationSet",
            "ClusterAnalysisTemplate",
        ],
    ),
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"]),
    ("source.toolkit.fluxcd.io", &["*"]),
    ("image.toolkit.fluxcd.io", &["*"]),
    ("notification.toolkit.fluxcd.io", &["*"]),
    // What Knative makes for a Service, which is counted.
    ("serving.knative.dev", &["Configuration", "DomainMapping", "Revision", "Route"]),
    ("networking.internal.knative.dev", &["*"]),
    ("autoscaling.internal.knative.dev", &["*"]),
    // What makes nodes: the nodes are paid for, by what runs on them.
    ("karpenter.sh", &["*"]),
    ("karpenter.k8s.aws", &["*"]),
    ("karpenter.azure.com", &["*"]),
    // Configuration of what buys in a cloud.
    ("pkg.crossplane.io", &["*"]),
    ("apiextensions.crossplane.io", &["*"]),
    ("iam.aws.upbound.io", &["*"]),
    ("iam.services.k8s.aws", &["*"]),
    ("iam.cnrm.cloud.google.com", &["*"]),
    ("core.cnrm.cloud.google.com", &["*"]),
    ("resources.azure.com", &["ResourceGroup"]),
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
