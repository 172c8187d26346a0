//! What is in a live object and in no manifest: the API server, controllers and admission put it there.

use kube_model::{Object, Path, Segment};

use crate::reason::Reason;

/// Fields of `metadata` that the API server writes (`k8s.io/apimachinery/pkg/apis/meta/v1`, ObjectMeta).
const METADATA: [&str; 11] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generation",
    "managedFields",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Annotations that controllers and kubectl keep for themselves.
const ANNOTATIONS: [&str; 9] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.daemonset.template.generation",
    "control-plane.alpha.kubernetes.io/leader",
    "pv.kubernetes.io/",
    "volume.kubernetes.io/",
    "volume.beta.kubernetes.io/",
];

/// What the API server allocates (`pkg/registry/core/service/storage/alloc.go`) or a controller binds.
const ALLOCATED: [(&str, &[&str]); 5] = [
    ("Service", &["clusterIP", "clusterIPs", "healthCheckNodePort", "ipFamilies", "ipFamilyPolicy"]),
    ("PersistentVolumeClaim", &["volumeName", "storageClassName"]),
    ("PersistentVolume", &["claimRef"]),
    ("Pod", &["nodeName", "serviceAccount", "serviceAccountName"]),
    ("Job", &["selector"]),
];

/// Who adds which containers, volumes, labels and annotations to pods, by the start of the name (the injectors' templates:
/// istio `manifests/charts/istio-control/istio-discovery/files/injection-template.yaml`, linkerd2 `charts/partials`,
/// vault-k8s `agent-inject/agent`).
const INJECTORS: [(&str, &[&str]); 3] = [
    (
        "istio",
        &[
            "istio-",
            "istiod-ca-cert",
            "workload-socket",
            "workload-certs",
            "credential-socket",
            "sidecar.istio.io/status",
            "security.istio.io/tlsMode",
            "service.istio.io/",
        ],
    ),
    ("linkerd", &["linkerd-", "linkerd.io/"]),
    (
        "vault",
        &[
            "vault-agent",
            "home-init",
            "home-sidecar",
            "vault-secrets",
            "vault.hashicorp.com/agent-inject-status",
        ],
    ),
];

/// Why what stands at a path of a live object is nobody's manifest's; none if it may be one's.
pub(super) fn reason(live: &Object, path: &Path) -> Option<Reason> {
    let keys: Vec<&str> = path.segments().iter().filter_map(key).collect();
    let kind = live.key.kind.as_str();
    let of_server = match keys.as_slice() {
        ["status", ..] => true,
        ["metadata", field] => METADATA.contains(field),
        ["metadata", "annotations", name, ..] => ANNOTATIONS.iter().any(|known| starts_or_is(name, known)),
        ["metadata", "labels", name] | ["spec", "template", "metadata", "labels", name] if kind == "Job" => {
            name.ends_with("controller-uid") || name.ends_with("job-name")
        }
        ["spec", "ports", "nodePort"] => kind == "Service",
        ["spec", field, ..] => {
            ALLOCATED.iter().any(|(of, fields)| *of == kind && fields.contains(field)) || is_of_account(path)
        }
        _ => false,
    };
    if of_server || is_of_account(path) {
        return Some(Reason::SERVER_SET);
    }
    injector(path).map(Reason::injected_by)
}

fn key(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Key(key) => Some(key),
        _ => None,
    }
}

/// A name that ends with a slash stands for all that start so.
fn starts_or_is(name: &str, known: &str) -> bool {
    name == known || known.ends_with('/') && name.starts_with(known)
}

/// The volume with the service account's token, and where it is mounted (`plugin/pkg/admission/serviceaccount`).
fn is_of_account(path: &Path) -> bool {
    path.segments().iter().any(|segment| match segment {
        Segment::Item(fields) => fields.iter().any(|(_, value)| {
            value.starts_with("kube-api-access-") || value == "/var/run/secrets/kubernetes.io/serviceaccount"
        }),
        _ => false,
    })
}

fn injector(path: &Path) -> Option<&'static str> {
    let named = |name: &str| {
        INJECTORS
            .iter()
            .find(|(_, names)| names.iter().any(|known| name.starts_with(known)))
            .map(|(who, _)| *who)
    };
    let mut steps = path.segments().iter().zip(path.segments().iter().skip(1));
    steps.find_map(|(list, segment)| match (list, segment) {
        (Segment::Key(list), Segment::Item(fields))
            if matches!(list.as_str(), "containers" | "initContainers" | "volumes" | "volumeMounts") =>
        {
            fields.iter().find_map(|(_, value)| named(value.trim_start_matches('/')))
        }
        (Segment::Key(map), Segment::Key(name)) if matches!(map.as_str(), "annotations" | "labels") => {
            named(name)
        }
        _ => None,
    })
}
