//! Containers that may do what root of their node may.

use std::collections::HashSet;

use kube_model::{shown_list, shown_value};
use serde_json::Value;

use super::{Check, Look, Profile, Seen, items, of_whom};
use crate::Impact::{Harm, Notice, Safeguard};
use crate::pod_security::{self, Pod, PodContainer, Version};
use crate::{Group, Level};

const STANDARDS: &str = "https://kubernetes.io/docs/concepts/security/pod-security-standards/";
const ESCALATION: &str = "kube-linter/privilege-escalation-container";
const RESTRICTED_ESCALATION: &str = "pod-security-restricted/privilege-escalation";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "container-privileged",
        group: Group::Security,
        title: "A container is privileged",
        levels: [Level::High, Level::High],
        profile: Profile::Changed,
        source: STANDARDS,
        remedy: "Name the capability that it needs instead.",
        fires: "`privileged: true`",
        near_miss: "`privileged: false`",
        equivalents: &[
            "kube-linter/privileged-container",
            ESCALATION,
            "pod-security-baseline/privileged-containers",
            RESTRICTED_ESCALATION,
        ],
        seen_by: &["privileged-container", "privilege-escalation-allowed"],
        risk: Harm.likely(),
        look: Look::Pod(privileged),
    },
    Check {
        id: "capabilities-beyond-baseline",
        group: Group::Security,
        title: "A container adds capabilities beyond the baseline standard",
        levels: [Level::High, Level::High],
        profile: Profile::Changed,
        source: STANDARDS,
        remedy: "Drop ALL and add only what the container is known to need.",
        fires: "`add: [SYS_ADMIN]`",
        near_miss: "`add: [CHOWN]`",
        equivalents: &[
            "pod-security-baseline/capabilities",
            "pod-security-restricted/capabilities",
            "kube-linter/drop-net-raw-capability",
            ESCALATION,
        ],
        seen_by: &["capabilities-widened"],
        risk: Harm.likely(),
        look: Look::Pod(beyond_baseline),
    },
    Check {
        id: "net-raw-kept",
        group: Group::Security,
        title: "A container keeps NET_RAW, which container runtimes give by default",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-capabilities-for-a-container",
        remedy: "Drop ALL, or at least NET_RAW.",
        fires: "no `capabilities`, or `drop: [CHOWN]`",
        near_miss: "`drop: [ALL]`; `drop: [NET_RAW]`",
        equivalents: &["kube-linter/drop-net-raw-capability", "pod-security-restricted/capabilities"],
        seen_by: &["capabilities-widened"],
        risk: Notice.certain(),
        look: Look::Pod(net_raw),
    },
    Check {
        id: "capabilities-not-dropped",
        group: Group::Security,
        title: "A container does not drop all capabilities, or adds some back",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: STANDARDS,
        remedy: "Drop ALL and add only NET_BIND_SERVICE where it is needed.",
        fires: "`drop: [NET_RAW]` alone",
        near_miss: "`drop: [ALL]`, `add: [NET_BIND_SERVICE]`",
        equivalents: &["pod-security-restricted/capabilities"],
        seen_by: &["capabilities-widened"],
        risk: Notice.certain(),
        look: Look::Pod(not_dropped),
    },
    Check {
        id: "escalation-allowed",
        group: Group::Security,
        title: "A container allows privilege escalation in so many words",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
        remedy: "Set allowPrivilegeEscalation to false.",
        fires: "`allowPrivilegeEscalation: true`",
        near_miss: "the field is not set",
        equivalents: &[ESCALATION, RESTRICTED_ESCALATION],
        seen_by: &["privilege-escalation-allowed"],
        risk: Safeguard.certain(),
        look: Look::Pod(escalation_allowed),
    },
    Check {
        id: "escalation-not-denied",
        group: Group::Security,
        title: "A container does not deny privilege escalation",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: STANDARDS,
        remedy: "Set allowPrivilegeEscalation to false.",
        fires: "`allowPrivilegeEscalation` is not set",
        near_miss: "`allowPrivilegeEscalation: false`",
        equivalents: &[RESTRICTED_ESCALATION],
        seen_by: &["privilege-escalation-allowed"],
        risk: Notice.certain(),
        look: Look::Pod(escalation_not_denied),
    },
];

const ESCALATES: [&str; 2] = ["securityContext", "allowPrivilegeEscalation"];

fn is_privileged(container: &PodContainer<'_>) -> bool {
    container.at(&["securityContext", "privileged"]) == Some(&Value::Bool(true))
}

fn denies_escalation(container: &PodContainer<'_>) -> bool {
    container.at(&ESCALATES) == Some(&Value::Bool(false))
}

fn container_of<'p, 'a>(pod: &'p Pod<'a>, name: Option<&str>) -> Option<&'p PodContainer<'a>> {
    pod.container(name?)
}

/// kube-linter and Kubernetes agree that a privileged container may always escalate.
fn privileged(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::privileged(pod).into_iter().map(|violation| {
        let denies = container_of(pod, violation.container.as_deref()).is_some_and(denies_escalation);
        let mut equal = vec![
            "kube-linter/privileged-container",
            ESCALATION,
            "pod-security-baseline/privileged-containers",
        ];
        if !denies {
            equal.push(RESTRICTED_ESCALATION);
        }
        let message = format!(
            "The {} is privileged: it may do everything on its node that root may do there.",
            of_whom(&violation)
        );
        Seen::violation(violation, message).equal_to(equal)
    });
    found.collect()
}

fn names<'a>(container: &PodContainer<'a>, list: &str) -> Vec<&'a str> {
    let names = container.at(&["securityContext", "capabilities", list]);
    let names = items(names).filter_map(Value::as_str);
    names.map(|name| name.strip_prefix("CAP_").unwrap_or(name)).collect()
}

fn has(container: &PodContainer<'_>, list: &str, capability: &str) -> bool {
    names(container, list)
        .iter()
        .any(|name| name.eq_ignore_ascii_case("ALL") || name.eq_ignore_ascii_case(capability))
}

/// Whether the container has NET_RAW: every runtime's default set has it (Pod Security Standards leave it out of what may
/// be added back).
fn keeps_net_raw(container: &PodContainer<'_>) -> bool {
    has(container, "add", "NET_RAW") || !has(container, "drop", "NET_RAW")
}

/// The containers that add capabilities beyond the baseline.
fn beyond(pod: &Pod<'_>) -> HashSet<String> {
    pod_security::capabilities_beyond(pod).into_iter().filter_map(|found| found.container).collect()
}

fn beyond_baseline(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::capabilities_beyond(pod).into_iter().filter_map(|violation| {
        let container = container_of(pod, violation.container.as_deref())?;
        let mut equal = vec!["pod-security-baseline/capabilities", "pod-security-restricted/capabilities"];
        if keeps_net_raw(container) {
            equal.push("kube-linter/drop-net-raw-capability");
        }
        if has(container, "add", "SYS_ADMIN") {
            equal.push(ESCALATION);
        }
        let added: Vec<String> = items(violation.value.as_ref()).map(shown_value).collect();
        let message = format!("The {} adds {}.", of_whom(&violation), shown_list(&added, 5));
        Some(Seen::violation(violation, message).equal_to(equal))
    });
    found.collect()
}

fn net_raw(pod: &Pod<'_>) -> Vec<Seen> {
    let beyond = beyond(pod);
    let open = pod.containers.iter().filter(|container| {
        keeps_net_raw(container) && !beyond.contains(container.name) && !is_privileged(container)
    });
    open.map(|container| {
        let keys = ["securityContext", "capabilities"];
        let message = format!(
            "The container {} keeps NET_RAW: it may forge packets and answer for others in its network.",
            kube_model::shown(container.name)
        );
        let path = container.path.key(keys[0]).key(keys[1]);
        Seen::new(path, message).value(container.at(&keys))
    })
    .collect()
}

fn not_dropped(pod: &Pod<'_>) -> Vec<Seen> {
    let beyond = beyond(pod);
    let told = |name: Option<&str>| {
        container_of(pod, name)
            .is_none_or(|container| keeps_net_raw(container) || beyond.contains(container.name))
    };
    let found = pod_security::capabilities_kept(pod, Version::LATEST).into_iter();
    found
        .filter(|violation| !told(violation.container.as_deref()))
        .map(|violation| {
            let message = format!(
                "The {} keeps capabilities that the restricted standard does not allow.",
                of_whom(&violation)
            );
            Seen::violation(violation, message)
        })
        .collect()
}

/// Where a container is privileged or adds SYS_ADMIN the field changes nothing, and those checks say so.
fn escalation(pod: &Pod<'_>, is_explicit: bool) -> Vec<Seen> {
    let found = pod_security::allow_escalation(pod, Version::LATEST).into_iter();
    found
        .filter(|violation| (violation.value == Some(Value::Bool(true))) == is_explicit)
        .filter(|violation| {
            container_of(pod, violation.container.as_deref())
                .is_some_and(|container| !is_privileged(container))
        })
        .map(|violation| {
            let message = format!(
                "The {} lets its processes get more privileges than their parent{}.",
                of_whom(&violation),
                if is_explicit { "" } else { " (allowPrivilegeEscalation is not set)" }
            );
            Seen::violation(violation, message)
        })
        .collect()
}

fn escalation_allowed(pod: &Pod<'_>) -> Vec<Seen> {
    escalation(pod, true)
}

fn escalation_not_denied(pod: &Pod<'_>) -> Vec<Seen> {
    escalation(pod, false)
}
