//! Settings of the node's kernel.

use kube_model::shown_value;

use super::{Check, Look, Profile, Seen};
use crate::Impact::Harm;
use crate::pod_security::{self, Pod, Version};
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[Check {
    id: "sysctl-unsafe",
    group: Group::Security,
    title: "Pods set a sysctl that is not safe",
    levels: [Level::Medium, Level::Medium],
    profile: Profile::Changed,
    source: "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls",
    remedy: "Take the sysctl out, or run the pods on nodes of their own that allow it.",
    fires: "`sysctls: [{name: kernel.msgmax, ...}]`",
    near_miss: "`sysctls: [{name: net.ipv4.tcp_syncookies, ...}]`",
    equivalents: &["kube-linter/unsafe-sysctls", "pod-security-baseline/sysctls"],
    seen_by: &[],
    risk: Harm.possible(),
    look: Look::Pod(sysctls),
}];

/// The beginnings that kube-linter takes for unsafe.
const LINTED: [&str; 5] = ["kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue.", "net."];

fn sysctls(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::sysctls(pod, Version::LATEST).into_iter().map(|violation| {
        let name = violation.value.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
        let is_linted = LINTED.iter().any(|start| name.starts_with(start));
        let equal =
            [is_linted.then_some("kube-linter/unsafe-sysctls"), Some("pod-security-baseline/sysctls")];
        let shown = violation.value.as_ref().map(shown_value).unwrap_or_default();
        let message =
            format!("Its pods set {shown}: a kubelet refuses them unless it allows that sysctl by name.");
        Seen::violation(violation, message).equal_to(equal.into_iter().flatten())
    });
    found.collect()
}
