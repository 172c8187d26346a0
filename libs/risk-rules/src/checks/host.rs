//! What pods share with their node.

use std::collections::HashMap;

use kube_model::{Segment, shown, shown_list, shown_value};
use serde_json::Value;

use super::{Check, Look, Profile, Seen, items, of_whom, text};
use crate::Impact::{Harm, Safeguard};
use crate::pod_security::{self, Pod, Violation};
use crate::{Group, Level};

const STANDARDS: &str = "https://kubernetes.io/docs/concepts/security/pod-security-standards/";
const NAMESPACES: &str = "pod-security-baseline/host-namespaces";
const PATHS: &str = "pod-security-baseline/hostpath-volumes";
const TYPES: &str = "pod-security-restricted/volume-types";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "host-namespace-used",
        group: Group::Security,
        title: "Pods share the network, processes or memory of their node",
        levels: [Level::High, Level::High],
        profile: Profile::Changed,
        source: STANDARDS,
        remedy: "Leave hostNetwork, hostPID and hostIPC off.",
        fires: "`hostNetwork: true`",
        near_miss: "`hostNetwork: false`",
        equivalents: &[
            "kube-linter/host-network",
            "kube-linter/host-pid",
            "kube-linter/host-ipc",
            NAMESPACES,
        ],
        seen_by: &["host-namespace-shared"],
        risk: Harm.likely(),
        look: Look::Pod(host_namespaces),
    },
    Check {
        id: "host-path-mounted",
        group: Group::Security,
        title: "Pods mount a directory or socket of their node",
        levels: [Level::Medium, Level::High],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
        remedy: "Use another kind of volume, or mount it read-only and as deep as possible.",
        fires: "a volume with `hostPath: {path: /etc}` that a container mounts",
        near_miss: "an `emptyDir`",
        equivalents: &[
            "kube-linter/sensitive-host-mounts",
            "kube-linter/docker-sock",
            "kube-linter/writable-host-mount",
            PATHS,
            TYPES,
        ],
        seen_by: &["host-path-added"],
        risk: Safeguard.certain(),
        look: Look::Pod(host_paths),
    },
    Check {
        id: "host-port-taken",
        group: Group::Security,
        title: "A container takes a port of its node",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::Changed,
        source: STANDARDS,
        remedy: "Use a Service; a port of the node passes network policies by, and allows one pod a node.",
        fires: "`hostPort: 8080`",
        near_miss: "`containerPort: 8080`",
        equivalents: &["pod-security-baseline/host-ports"],
        seen_by: &["host-port-added"],
        risk: Safeguard.certain(),
        look: Look::Pod(host_ports),
    },
    Check {
        id: "host-in-probe",
        group: Group::Security,
        title: "A probe or hook names a host, which the kubelet then calls from the node",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::Changed,
        source: STANDARDS,
        remedy: "Leave the host out: the kubelet asks the pod itself.",
        fires: "`httpGet: {host: 169.254.169.254, ...}`",
        near_miss: "`httpGet` without a host; `host: \"\"`",
        equivalents: &["pod-security-baseline/host-probes-lifecycle-hooks"],
        seen_by: &[],
        risk: Safeguard.likely(),
        look: Look::Pod(host_probes),
    },
    Check {
        id: "host-process",
        group: Group::Security,
        title: "A Windows container runs as a process of its node",
        levels: [Level::High, Level::High],
        profile: Profile::Changed,
        source: STANDARDS,
        remedy: "Leave windowsOptions.hostProcess off.",
        fires: "`windowsOptions: {hostProcess: true}`",
        near_miss: "`windowsOptions: {hostProcess: false}`",
        equivalents: &["pod-security-baseline/hostprocess"],
        seen_by: &[],
        risk: Harm.likely(),
        look: Look::Pod(host_process),
    },
];

fn host_namespaces(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::host_namespaces(pod).into_iter().map(|violation| {
        let field = violation.path.last_key().unwrap_or_default().to_owned();
        let (what, check) = match field.as_str() {
            "hostNetwork" => ("network", "kube-linter/host-network"),
            "hostPID" => ("processes", "kube-linter/host-pid"),
            _ => ("shared memory", "kube-linter/host-ipc"),
        };
        let message = format!("Its pods share the {what} of their node ({field}).");
        Seen::violation(violation, message).equal_to([check, NAMESPACES])
    });
    found.collect()
}

/// The directories that hand over the node (kube-linter's default of `sensitive-host-mounts`).
const SENSITIVE: [&str; 8] = ["/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr"];

/// The containers that mount a volume, and those of them that may write to it.
type Mounting<'a> = (Vec<&'a str>, Vec<&'a str>);

/// Who mounts which volume, by its name.
fn mounting<'a>(pod: &Pod<'a>) -> HashMap<&'a str, Mounting<'a>> {
    let mut by_volume: HashMap<&str, Mounting<'_>> = HashMap::new();
    for container in &pod.containers {
        for mount in items(container.at(&["volumeMounts"])) {
            let Some(volume) = text(mount, "name") else { continue };
            let (all, writing) = by_volume.entry(volume).or_default();
            if all.last() != Some(&container.name) {
                all.push(container.name);
            }
            let is_read_only = mount.get("readOnly") == Some(&Value::Bool(true));
            if !is_read_only && writing.last() != Some(&container.name) {
                writing.push(container.name);
            }
        }
    }
    by_volume
}

fn volume_of(violation: &Violation) -> &str {
    let item = violation.path.segments().iter().rev().find_map(|segment| match segment {
        Segment::Item(fields) => fields.first(),
        _ => None,
    });
    item.map_or("", |(_, name)| name)
}

fn host_paths(pod: &Pod<'_>) -> Vec<Seen> {
    let none = Mounting::default();
    let mounted = mounting(pod);
    let found = pod_security::host_paths(pod).into_iter().map(|violation| {
        let directory = violation.value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        let plain = match directory.trim_end_matches('/') {
            "" => "/",
            plain => plain,
        };
        let (mounting, writing) = mounted.get(volume_of(&violation)).unwrap_or(&none);
        let is_sensitive = !mounting.is_empty() && SENSITIVE.contains(&plain);
        let is_socket = !mounting.is_empty() && plain.ends_with("docker.sock");
        let linters = [
            is_sensitive.then_some("kube-linter/sensitive-host-mounts"),
            is_socket.then_some("kube-linter/docker-sock"),
            (!writing.is_empty()).then_some("kube-linter/writable-host-mount"),
        ];
        let risk = if is_sensitive || is_socket { Harm.likely() } else { Safeguard.certain() };
        let names = |names: &[&str]| shown_list(&names.iter().map(|name| shown(name)).collect::<Vec<_>>(), 3);
        let how = match (mounting.is_empty(), writing.is_empty()) {
            (true, _) => ", though no container mounts it".to_owned(),
            (false, true) => format!(", read-only in {}", names(mounting)),
            (false, false) => format!(", writable in {}", names(writing)),
        };
        let message = format!("Its pods have {} of their node as a volume{how}.", shown(&directory));
        let equal = linters.into_iter().flatten().chain([PATHS, TYPES]);
        Seen::violation(violation, message).risk(risk).equal_to(equal)
    });
    found.collect()
}

fn host_ports(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::host_ports(pod).into_iter().map(|violation| {
        let port = violation.value.as_ref().map(shown_value).unwrap_or_default();
        let message = format!(
            "The {} takes the port {port} of its node, past Services and network policies.",
            of_whom(&violation)
        );
        Seen::violation(violation, message)
    });
    found.collect()
}

fn host_probes(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::host_probes(pod).into_iter().map(|violation| {
        let host = violation.value.as_ref().map(shown_value).unwrap_or_default();
        let message = format!(
            "A probe or hook of {} names the host {host}, which the kubelet calls from the node's network.",
            of_whom(&violation)
        );
        Seen::violation(violation, message)
    });
    found.collect()
}

fn host_process(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::host_process(pod).into_iter().map(|violation| {
        let message = "It runs as a process of its Windows node (hostProcess).".to_owned();
        Seen::violation(violation, message)
    });
    found.collect()
}
