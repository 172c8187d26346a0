//! Which kinds cost something.

mod bought;
mod free;

use kube_model::{ObjectKey, pod};

pub(crate) use bought::why_unknown;

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
    /// KEDA's: Jobs, as many as there is work for.
    ScaledJob,
    /// Pods that come and go with the requests to them.
    Knative,
    /// One pod, all month.
    Pod,
    /// A volume.
    Claim,
    /// A load balancer, if it asks for one.
    Service,
    /// A load balancer, if its class makes one.
    Ingress,
    /// The same.
    Gateway,
    /// Nothing by itself.
    Free,
    /// Not known.
    Unknown,
}

impl Kind {
    pub(crate) fn of(key: &ObjectKey) -> Self {
        match (key.group.as_str(), key.kind.as_str()) {
            ("apps" | "extensions", "Deployment" | "ReplicaSet") => Self::Replicated,
            ("apps", "StatefulSet") | ("", "ReplicationController") | ("argoproj.io", "Rollout") => {
                Self::Replicated
            }
            ("apps" | "extensions", "DaemonSet") => Self::DaemonSet,
            ("batch", "Job") => Self::Job,
            ("batch", "CronJob") => Self::CronJob,
            ("keda.sh", "ScaledJob") => Self::ScaledJob,
            ("serving.knative.dev", "Service") => Self::Knative,
            ("", "Pod") => Self::Pod,
            ("", "PersistentVolumeClaim") => Self::Claim,
            ("", "Service") => Self::Service,
            ("networking.k8s.io" | "extensions", "Ingress") => Self::Ingress,
            ("gateway.networking.k8s.io", "Gateway") => Self::Gateway,
            (group, kind) if free::is_free(group, kind) => Self::Free,
            _ => Self::Unknown,
        }
    }

    /// Whether its cost is that of pods which it makes.
    pub(crate) fn runs_pods(self) -> bool {
        matches!(
            self,
            Self::Replicated
                | Self::DaemonSet
                | Self::Job
                | Self::CronJob
                | Self::ScaledJob
                | Self::Knative
                | Self::Pod
        )
    }

    /// Where the pod's `spec` is in an object of this kind.
    pub(crate) fn pod_path(self, key: &ObjectKey) -> &'static [&'static str] {
        match self {
            Self::ScaledJob => &["spec", "jobTargetRef", "template", "spec"],
            Self::Knative => &["spec", "template", "spec"],
            _ => pod::spec_path(&key.kind).unwrap_or_default(),
        }
    }
}
