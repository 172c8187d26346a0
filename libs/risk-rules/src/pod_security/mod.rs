//! The Pod Security Standards: what a pod does that a standard forbids.
//!
//! Controls, fields and allowed values are those of
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/> (state: Kubernetes 1.34, August 2025). The one
//! implementation behind the static checks and behind what a namespace refuses.

mod baseline;
mod pod;
mod restricted;

use kube_model::{Object, Path};
use serde_json::Value;

pub(crate) use baseline::{
    CAPABILITIES, app_armor, capabilities_beyond, host_namespaces, host_paths, host_ports, host_probes,
    host_process, port_item, privileged, proc_mount, se_linux, seccomp_unconfined, sysctls,
};
pub(crate) use pod::{Pod, PodContainer};
pub(crate) use restricted::{
    allow_escalation, capabilities_kept, non_root, root_user, seccomp_missing, volume_types,
};

/// A standard that a namespace may enforce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standard {
    Baseline,
    Restricted,
}

/// The minor version of Kubernetes 1 whose standards are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32);

impl Version {
    pub(crate) const LATEST: Self = Self(u32::MAX);

    /// `v1.31` and `latest`, as the labels of a namespace write it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "latest" => Some(Self::LATEST),
            _ => text.strip_prefix("v1.")?.parse().ok().map(Self),
        }
    }
}

/// A field of a pod that a control forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) path: Path,
    /// What stands there; none where something is missing.
    pub(crate) value: Option<Value>,
    /// The container that it is about, if it is about one.
    pub(crate) container: Option<String>,
}

/// A control of a standard.
pub(crate) struct Control {
    /// As the standard names it: `Host Namespaces`.
    pub(crate) title: &'static str,
    pub(crate) standard: Standard,
    /// The first minor version that has it.
    since: u32,
    find: fn(&Pod<'_>, Version) -> Vec<Violation>,
}

const fn control(
    title: &'static str,
    standard: Standard,
    since: u32,
    find: fn(&Pod<'_>, Version) -> Vec<Violation>,
) -> Control {
    Control { title, standard, since, find }
}

/// Every control, in the order of the page.
pub(crate) const CONTROLS: &[Control] = &[
    control("HostProcess", Standard::Baseline, 0, |pod, _| host_process(pod)),
    control("Host Namespaces", Standard::Baseline, 0, |pod, _| host_namespaces(pod)),
    control("Privileged Containers", Standard::Baseline, 0, |pod, _| privileged(pod)),
    control("Capabilities", Standard::Baseline, 0, |pod, _| capabilities_beyond(pod)),
    control("HostPath Volumes", Standard::Baseline, 0, |pod, _| host_paths(pod)),
    control("Host Ports", Standard::Baseline, 0, |pod, _| host_ports(pod)),
    control("Host Probes / Lifecycle Hooks", Standard::Baseline, 34, |pod, _| host_probes(pod)),
    control("AppArmor", Standard::Baseline, 0, |pod, _| app_armor(pod)),
    control("SELinux", Standard::Baseline, 0, se_linux),
    control("/proc Mount Type", Standard::Baseline, 0, |pod, _| proc_mount(pod)),
    control("Seccomp", Standard::Baseline, 0, |pod, _| seccomp_unconfined(pod)),
    control("Sysctls", Standard::Baseline, 0, sysctls),
    control("Volume Types", Standard::Restricted, 0, |pod, _| volume_types(pod)),
    control("Privilege Escalation", Standard::Restricted, 8, allow_escalation),
    control("Running as Non-root", Standard::Restricted, 0, |pod, _| non_root(pod)),
    control("Running as Non-root user", Standard::Restricted, 23, |pod, _| root_user(pod)),
    control("Seccomp", Standard::Restricted, 19, seccomp_missing),
    control("Capabilities", Standard::Restricted, 22, capabilities_kept),
];

/// The standard that a namespace enforces, and its version: `pod-security.kubernetes.io/enforce` and `enforce-version`.
pub(crate) fn enforced(namespace: &Object) -> Option<(Standard, Version)> {
    let label =
        |name: &str| namespace.text(&["metadata", "labels", &format!("pod-security.kubernetes.io/{name}")]);
    let standard = match label("enforce")? {
        "baseline" => Standard::Baseline,
        "restricted" => Standard::Restricted,
        _ => return None,
    };
    let version = label("enforce-version").and_then(Version::parse).unwrap_or(Version::LATEST);
    Some((standard, version))
}

/// What a standard of a version forbids in a pod, each with its control. The restricted standard includes the baseline.
pub(crate) fn violations(
    pod: &Pod<'_>,
    standard: Standard,
    version: Version,
) -> Vec<(&'static Control, Violation)> {
    let applies = |control: &&Control| control.standard <= standard && control.since <= version.0;
    let found = CONTROLS.iter().filter(applies).flat_map(|control| {
        (control.find)(pod, version).into_iter().map(move |violation| (control, violation))
    });
    found.collect()
}
