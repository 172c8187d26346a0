//! What keeps a container within its bounds.

use serde_json::Value;

use super::{Check, Look, Profile, Seen, of_whom};
use crate::Impact::{Notice, Safeguard};
use crate::model::{Container, Workload};
use crate::pod_security::{self, Pod, Version};
use crate::{Group, Level};

const STANDARDS: &str = "https://kubernetes.io/docs/concepts/security/pod-security-standards/";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "root-file-system-not-read-only",
        group: Group::Security,
        title: "A container may write to its own file system",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
        remedy: "Set readOnlyRootFilesystem, and mount an emptyDir where it has to write.",
        fires: "`readOnlyRootFilesystem` is not set",
        near_miss: "`readOnlyRootFilesystem: true`",
        equivalents: &["kube-linter/no-read-only-root-fs"],
        seen_by: &["root-file-system-writable"],
        risk: Notice.certain(),
        look: Look::Container(root_writable),
    },
    Check {
        id: "seccomp-unconfined",
        group: Group::Security,
        title: "A seccomp profile is Unconfined, or one that the baseline standard does not know",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::Changed,
        source: STANDARDS,
        remedy: "Use RuntimeDefault, or a profile of its own.",
        fires: "`seccompProfile: {type: Unconfined}`",
        near_miss: "`seccompProfile: {type: Localhost}`",
        equivalents: &["pod-security-baseline/seccomp", "pod-security-restricted/seccomp"],
        seen_by: &["seccomp-lowered"],
        risk: Safeguard.certain(),
        look: Look::Pod(seccomp_unconfined),
    },
    Check {
        id: "seccomp-not-set",
        group: Group::Security,
        title: "Neither a container nor its pod has a seccomp profile",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: STANDARDS,
        remedy: "Set seccompProfile.type to RuntimeDefault for the pod.",
        fires: "no `seccompProfile`",
        near_miss: "the pod has one, the container none",
        equivalents: &["pod-security-restricted/seccomp"],
        seen_by: &["seccomp-lowered"],
        risk: Notice.certain(),
        look: Look::Pod(seccomp_missing),
    },
    Check {
        id: "app-armor-overridden",
        group: Group::Security,
        title: "A pod or container leaves the default AppArmor profile",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::Changed,
        source: STANDARDS,
        remedy: "Use RuntimeDefault, or a Localhost profile.",
        fires: "`appArmorProfile: {type: Unconfined}`, or the annotation of before Kubernetes 1.30",
        near_miss: "`appArmorProfile: {type: Localhost}`",
        equivalents: &["pod-security-baseline/apparmor"],
        seen_by: &[],
        risk: Safeguard.certain(),
        look: Look::Pod(app_armor),
    },
    Check {
        id: "selinux-options",
        group: Group::Security,
        title: "A pod or container sets SELinux options that the baseline standard forbids",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::Changed,
        source: STANDARDS,
        remedy: "Leave user and role out, and use one of the container types.",
        fires: "`seLinuxOptions: {type: spc_t}`; a `user` or `role`",
        near_miss: "`seLinuxOptions: {type: container_t, level: \"s0:c1,c2\"}`",
        equivalents: &["pod-security-baseline/selinux"],
        seen_by: &[],
        risk: Safeguard.certain(),
        look: Look::Pod(selinux),
    },
    Check {
        id: "proc-unmasked",
        group: Group::Security,
        title: "A container sees the parts of /proc that runtimes hide",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::Changed,
        source: STANDARDS,
        remedy: "Leave procMount at Default.",
        fires: "`procMount: Unmasked`",
        near_miss: "`procMount: Default`",
        equivalents: &["kube-linter/unsafe-proc-mount", "pod-security-baseline/proc-mount-type"],
        seen_by: &[],
        risk: Safeguard.certain(),
        look: Look::Pod(proc_mount),
    },
];

fn root_writable(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    let keys = ["securityContext", "readOnlyRootFilesystem"];
    let is = container.at(&keys);
    if is == Some(&Value::Bool(true)) {
        return Vec::new();
    }
    let message = format!("The {} may write to its own file system.", container.named());
    vec![Seen::new(container.path_of(&keys), message).value(is)]
}

fn seccomp_unconfined(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::seccomp_unconfined(pod).into_iter().map(|violation| {
        let message =
            format!("The seccomp profile of {} lets every system call through.", of_whom(&violation));
        let path = violation.path.split_last().map_or_else(|| violation.path.clone(), |(path, _)| path);
        Seen { path, ..Seen::violation(violation, message) }
    });
    found.collect()
}

fn seccomp_missing(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::seccomp_missing(pod, Version::LATEST).into_iter().map(|violation| {
        let message = format!("No seccomp profile is set for {}.", of_whom(&violation));
        Seen::violation(violation, message)
    });
    found.collect()
}

fn app_armor(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::app_armor(pod).into_iter().map(|violation| {
        let message = format!("AppArmor does not confine {} as it does by default.", of_whom(&violation));
        Seen::violation(violation, message)
    });
    found.collect()
}

fn selinux(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::se_linux(pod, Version::LATEST).into_iter().map(|violation| {
        let message = format!("SELinux confines {} otherwise than other containers.", of_whom(&violation));
        Seen::violation(violation, message)
    });
    found.collect()
}

fn proc_mount(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::proc_mount(pod).into_iter().map(|violation| {
        let message = format!("The {} sees the parts of /proc that runtimes hide.", of_whom(&violation));
        Seen::violation(violation, message)
    });
    found.collect()
}
