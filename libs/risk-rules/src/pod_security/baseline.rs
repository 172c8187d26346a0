//! The controls of the baseline standard.

use kube_model::Segment;
use serde_json::Value;

use super::pod::{at, items, violation};
use super::{Pod, Version, Violation};

fn is_true(violation: &Violation) -> bool {
    violation.value == Some(Value::Bool(true))
}

fn text(violation: &Violation) -> Option<&str> {
    violation.value.as_ref().and_then(Value::as_str)
}

fn keep(mut found: Vec<Violation>, forbidden: impl Fn(&Violation) -> bool) -> Vec<Violation> {
    found.retain(forbidden);
    found
}

/// `windowsOptions.hostProcess` of the pod and of containers: undefined or false.
pub(crate) fn host_process(pod: &Pod<'_>) -> Vec<Violation> {
    keep(pod.contexts(&["windowsOptions", "hostProcess"]), is_true)
}

/// `hostNetwork`, `hostPID`, `hostIPC`: undefined or false.
pub(crate) fn host_namespaces(pod: &Pod<'_>) -> Vec<Violation> {
    let fields = ["hostNetwork", "hostPID", "hostIPC"].into_iter();
    let found =
        fields.filter_map(|field| Some(violation(pod.path.key(field), Some(pod.spec.get(field)?), None)));
    keep(found.collect(), is_true)
}

/// `privileged` of containers: undefined or false.
pub(crate) fn privileged(pod: &Pod<'_>) -> Vec<Violation> {
    keep(pod.of_containers(&["securityContext", "privileged"]), is_true)
}

/// What the baseline lets a container add.
pub(crate) const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// `capabilities.add` of containers: only what the list has. One violation a container, with what is beyond it.
pub(crate) fn capabilities_beyond(pod: &Pod<'_>) -> Vec<Violation> {
    let keys = ["securityContext", "capabilities", "add"];
    let mut found = pod.of_containers(&keys);
    for violation in &mut found {
        let beyond: Vec<Value> = items(violation.value.as_ref())
            .filter(|name| name.as_str().is_none_or(|name| !CAPABILITIES.contains(&name)))
            .cloned()
            .collect();
        violation.value = (!beyond.is_empty()).then_some(Value::Array(beyond));
    }
    keep(found, |violation| violation.value.is_some())
}

/// `volumes[*].hostPath`: undefined.
pub(crate) fn host_paths(pod: &Pod<'_>) -> Vec<Violation> {
    let volumes = items(pod.spec.get("volumes"));
    let found = volumes.filter_map(|volume| {
        let source = at(volume, &["hostPath"])?;
        let item = Segment::Item(vec![("name".to_owned(), volume.get("name")?.as_str()?.to_owned())]);
        let path = pod.path.key("volumes").join(item).key("hostPath").key("path");
        Some(violation(path, source.get("path"), None))
    });
    found.collect()
}

/// `ports[*].hostPort` of containers: undefined or 0.
pub(crate) fn host_ports(pod: &Pod<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for container in &pod.containers {
        for port in items(container.at(&["ports"])) {
            let taken = port.get("hostPort").filter(|port| port.as_i64().is_some_and(|port| port != 0));
            if let Some(taken) = taken {
                let path = container.path.key("ports").join(port_item(port)).key("hostPort");
                found.push(violation(path, Some(taken), Some(container.name)));
            }
        }
    }
    found
}

/// The item of a container's list of ports.
pub(crate) fn port_item(port: &Value) -> Segment {
    let number = port.get("containerPort").map(ToString::to_string).unwrap_or_default();
    let protocol = port.get("protocol").and_then(Value::as_str).unwrap_or("TCP").to_owned();
    Segment::Item(vec![("containerPort".to_owned(), number), ("protocol".to_owned(), protocol)])
}

/// Where a probe or a hook may name a host. Ephemeral containers have neither.
const PROBES: [[&str; 2]; 5] = [
    ["livenessProbe", ""],
    ["readinessProbe", ""],
    ["startupProbe", ""],
    ["lifecycle", "postStart"],
    ["lifecycle", "preStop"],
];

/// `httpGet.host` and `tcpSocket.host` of probes and lifecycle hooks: undefined or empty (v1.34+).
pub(crate) fn host_probes(pod: &Pod<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for container in pod.containers.iter().filter(|container| !container.is_ephemeral) {
        for [field, hook] in PROBES {
            for action in ["httpGet", "tcpSocket"] {
                let keys: Vec<&str> =
                    [field, hook, action, "host"].into_iter().filter(|key| !key.is_empty()).collect();
                let host = container.at(&keys).filter(|host| host.as_str() != Some(""));
                found.extend(host.map(|host| container.violates(&keys, Some(host))));
            }
        }
    }
    found
}

/// The `appArmorProfile.type` of the pod and of containers: undefined, `RuntimeDefault` or `Localhost`; the annotations
/// of before version 1.30: undefined, `runtime/default` or `localhost/*`.
pub(crate) fn app_armor(pod: &Pod<'_>) -> Vec<Violation> {
    let fields = keep(pod.contexts(&["appArmorProfile", "type"]), |violation| {
        !matches!(text(violation), Some("RuntimeDefault" | "Localhost"))
    });
    let annotated = pod.annotations("container.apparmor.security.beta.kubernetes.io/").into_iter();
    let annotated = annotated.map(|(_, violation)| violation).filter(|violation| {
        let profile = text(violation).unwrap_or_default();
        !(profile.is_empty() || profile == "runtime/default" || profile.starts_with("localhost/"))
    });
    fields.into_iter().chain(annotated).collect()
}

/// `seLinuxOptions` of the pod and of containers: `type` one of the container types, `user` and `role` unset.
pub(crate) fn se_linux(pod: &Pod<'_>, version: Version) -> Vec<Violation> {
    let types = keep(pod.contexts(&["seLinuxOptions", "type"]), |violation| match text(violation) {
        Some("" | "container_t" | "container_init_t" | "container_kvm_t") => false,
        Some("container_engine_t") => version < Version(31),
        _ => true,
    });
    let rest = ["user", "role"].into_iter().flat_map(|field| {
        keep(pod.contexts(&["seLinuxOptions", field]), |violation| text(violation) != Some(""))
    });
    types.into_iter().chain(rest).collect()
}

/// `procMount` of containers: undefined or `Default`.
pub(crate) fn proc_mount(pod: &Pod<'_>) -> Vec<Violation> {
    keep(pod.of_containers(&["securityContext", "procMount"]), |violation| text(violation) != Some("Default"))
}

/// `seccompProfile.type` of the pod and of containers: undefined, `RuntimeDefault` or `Localhost`.
pub(crate) fn seccomp_unconfined(pod: &Pod<'_>) -> Vec<Violation> {
    keep(pod.contexts(&["seccompProfile", "type"]), |violation| {
        !matches!(text(violation), Some("RuntimeDefault" | "Localhost"))
    })
}

/// The sysctls that are safe, each with the first minor version that allows it. The last two are allowed by the admission
/// controller of Kubernetes 1.32 and missing on the page.
const SAFE_SYSCTLS: [(&str, u32); 12] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
];

/// `securityContext.sysctls[*].name`: only safe ones.
pub(crate) fn sysctls(pod: &Pod<'_>, version: Version) -> Vec<Violation> {
    let path = pod.path.below(&["securityContext", "sysctls"]);
    let safe = |name: &str| SAFE_SYSCTLS.iter().any(|(safe, since)| *safe == name && *since <= version.0);
    items(at(pod.spec, &["securityContext", "sysctls"]))
        .filter_map(|sysctl| sysctl.get("name"))
        .filter(|name| name.as_str().is_none_or(|name| !safe(name)))
        .map(|name| {
            let item = Segment::Item(vec![(
                "name".to_owned(),
                name.as_str().map_or_else(|| name.to_string(), str::to_owned),
            )]);
            violation(path.join(item), Some(name), None)
        })
        .collect()
}
