//! The ids by which kustomize tells objects apart.

/// Group, version and kind; as a selector an empty one stands for any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Gvk {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
}

impl Gvk {
    pub(crate) fn of_kind(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }

    /// Whether an object of this group, version and kind is selected.
    pub(crate) fn selects(&self, group: &str, version: &str, kind: &str) -> bool {
        (self.group.is_empty() || self.group == group)
            && (self.version.is_empty() || self.version == version)
            && (self.kind.is_empty() || self.kind == kind)
    }

    pub(crate) fn selects_id(&self, id: &Id<'_>) -> bool {
        self.selects(id.group, id.version, id.kind)
    }

    /// The key of kustomize's order of kinds: what others need first, and webhooks last.
    pub(crate) fn order(&self) -> (i32, String) {
        (order_of_kind(&self.kind, &FIRST, &LAST), sort_text(&self.group, &self.version, &self.kind))
    }
}

/// Group and version of an `apiVersion`.
pub(crate) fn split_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// `~G_~V_~K`, with what there is in their places.
pub(crate) fn sort_text(group: &str, version: &str, kind: &str) -> String {
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    format!("{}_{}_{}", or(group, "~G"), or(version, "~V"), or(kind, "~K"))
}

/// The place of a kind among those that go first (below 0) or last (above 0).
pub(crate) fn order_of_kind<S: AsRef<str>>(kind: &str, first: &[S], last: &[S]) -> i32 {
    let small = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    // The last of two entries counts, and the list of last ones over the list of first ones.
    if let Some(at) = last.iter().rposition(|name| name.as_ref() == kind) {
        return 1 + small(at);
    }
    first.iter().rposition(|name| name.as_ref() == kind).map_or(0, |at| small(at) - small(first.len()))
}

/// The kinds that go first, unless a kustomization says otherwise.
pub(crate) const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// The kinds that go last.
pub(crate) const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// The id of an object, as it is or as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id<'a> {
    pub(crate) group: &'a str,
    pub(crate) version: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) is_cluster: bool,
}

/// What kustomize calls the namespace of what has none.
pub(crate) const NO_NAMESPACE: &str = "_non_namespaceable_";

impl<'a> Id<'a> {
    /// The namespace, `default` where none is written.
    pub(crate) fn effective_namespace(&self) -> &'a str {
        match self.namespace {
            _ if self.is_cluster => NO_NAMESPACE,
            "" => "default",
            namespace => namespace,
        }
    }

    /// What two ids share that are one.
    pub(crate) fn unique(&self) -> [&'a str; 5] {
        [self.group, self.version, self.kind, self.effective_namespace(), self.name]
    }

    /// Whether two ids are one, the namespace by what it means.
    pub(crate) fn equals(&self, other: &Id<'_>) -> bool {
        self.same_but_namespace(other) && self.effective_namespace() == other.effective_namespace()
    }

    /// Whether two ids are one but for the namespace.
    pub(crate) fn same_but_namespace(&self, other: &Id<'_>) -> bool {
        self.name == other.name
            && self.group == other.group
            && self.version == other.version
            && self.kind == other.kind
    }
}

impl std::fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        f.write_str("/")?;
        if !self.namespace.is_empty() && self.namespace != NO_NAMESPACE {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(self.name)
    }
}

/// Whether kustomize knows the scope of a kind by heart, that is, without reading its OpenAPI.
pub(crate) fn is_scope_known(group: &str, version: &str, kind: &str) -> bool {
    let namespaced: &[(&str, &str, &str)] = &[
        ("apps", "v1", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet"),
        ("autoscaling", "v1 v2beta1 v2beta2", "HorizontalPodAutoscaler"),
        ("autoscaling", "v1", "Scale"),
        ("batch", "v1 v1beta1", "CronJob"),
        ("batch", "v1", "Job"),
        ("coordination.k8s.io", "v1 v1beta1", "Lease"),
        ("discovery.k8s.io", "v1 v1beta1", "EndpointSlice"),
        ("events.k8s.io", "v1 v1beta1", "Event"),
        ("extensions", "v1beta1", "Ingress"),
        ("networking.k8s.io", "v1 v1beta1", "Ingress"),
        ("networking.k8s.io", "v1", "NetworkPolicy"),
        ("policy", "v1 v1beta1", "PodDisruptionBudget"),
        ("rbac.authorization.k8s.io", "v1 v1beta1", "Role RoleBinding"),
        ("storage.k8s.io", "v1beta1", "CSIStorageCapacity"),
        (
            "",
            "v1",
            "ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController \
             ResourceQuota Secret Service ServiceAccount",
        ),
    ];
    let has = |words: &str, word: &str| words.split_whitespace().any(|known| known == word);
    is_cluster_scoped(group, version, kind)
        || namespaced
            .iter()
            .any(|(of, versions, kinds)| *of == group && has(versions, version) && has(kinds, kind))
}

/// Whether kustomize knows a kind to be of the whole cluster.
pub(crate) fn is_cluster_scoped(group: &str, version: &str, kind: &str) -> bool {
    let versions: &[&str] = match (group, kind) {
        ("", "ComponentStatus" | "Namespace" | "Node" | "NodeProxyOptions" | "PersistentVolume") => &["v1"],
        (
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        )
        | ("apiextensions.k8s.io", "CustomResourceDefinition")
        | ("apiregistration.k8s.io", "APIService")
        | ("certificates.k8s.io", "CertificateSigningRequest")
        | ("networking.k8s.io", "IngressClass")
        | ("node.k8s.io", "RuntimeClass")
        | ("rbac.authorization.k8s.io", "ClusterRole" | "ClusterRoleBinding")
        | ("scheduling.k8s.io", "PriorityClass")
        | ("storage.k8s.io", "CSIDriver" | "CSINode" | "StorageClass" | "VolumeAttachment") => {
            &["v1", "v1beta1"]
        }
        ("flowcontrol.apiserver.k8s.io", "FlowSchema" | "PriorityLevelConfiguration")
        | ("policy", "PodSecurityPolicy") => &["v1beta1"],
        _ => &[],
    };
    versions.contains(&version)
}
