//! Ports of containers and Services.

use kube_model::{Object, Path, Segment, shown, shown_value};
use serde_json::Value;

use super::{Check, Look, Profile, Seen, items, text};
use crate::Impact::{Harm, Notice, Safeguard};
use crate::model::{Container, View, Workload};
use crate::pod_security;
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "port-name-invalid",
        group: Group::Rollout,
        title: "A container's port has a name that Kubernetes refuses",
        levels: [Level::High, Level::High],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports",
        remedy: "Use at most 15 characters: lower case letters, digits and dashes, one letter at least.",
        fires: "`name: metrics-and-health`",
        near_miss: "`name: metrics`",
        equivalents: &["kube-linter/invalid-target-ports"],
        seen_by: &[],
        risk: Harm.certain(),
        look: Look::Container(names),
    },
    Check {
        id: "target-port-invalid",
        group: Group::Rollout,
        title: "A Service's targetPort is no port",
        levels: [Level::High, Level::High],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
        remedy: "Name a port of the pods, or a number from 1 to 65535.",
        fires: "`targetPort: 70000`; `targetPort: Metrics_Port`",
        near_miss: "`targetPort: 8080`",
        equivalents: &["kube-linter/invalid-target-ports"],
        seen_by: &[],
        risk: Harm.certain(),
        look: Look::Object(&["Service"], target_ports),
    },
    Check {
        id: "ssh-port-declared",
        group: Group::Security,
        title: "A container declares port 22",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
        remedy: "Use kubectl exec or debug in place of SSH.",
        fires: "`containerPort: 22`",
        near_miss: "`containerPort: 22`, `protocol: UDP`",
        equivalents: &["kube-linter/ssh-port"],
        seen_by: &[],
        risk: Safeguard.possible(),
        look: Look::Container(ssh),
    },
    Check {
        id: "privileged-port-declared",
        group: Group::Security,
        title: "A container declares a port below 1024",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
        remedy: "Listen above 1023, and let the Service have the well-known port.",
        fires: "`containerPort: 80`",
        near_miss: "`containerPort: 8080`",
        equivalents: &["kube-linter/privileged-ports"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Container(low),
    },
];

/// `IANA_SVC_NAME` (RFC 6335, section 5.1), as Kubernetes validates the name of a port.
fn is_name(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=15).contains(&name.len())
        && name.chars().all(is_allowed)
        && name.chars().any(|c| c.is_ascii_lowercase())
        && !name.contains("--")
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn names(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    let wrong = items(container.at(&["ports"])).filter_map(|port| {
        Some((port, text(port, "name").filter(|name| !name.is_empty() && !is_name(name))?))
    });
    wrong
        .map(|(port, name)| {
            let message = format!(
                "{} is no name for a port of {}: the API server refuses it.",
                shown(name),
                container.named()
            );
            let path = container.path_of(&["ports"]).join(pod_security::port_item(port)).key("name");
            Seen::new(path, message).value(port.get("name"))
        })
        .collect()
}

fn target_ports(_: &View<'_>, service: &Object) -> Vec<Seen> {
    let is_wrong = |target: &Value| match target {
        Value::String(name) => !is_name(name),
        Value::Number(number) => {
            !number.as_i64().is_some_and(|port| port == 0 || (1..=65535).contains(&port))
        }
        _ => false,
    };
    let ports = items(service.at(&["spec", "ports"]));
    let wrong =
        ports.filter_map(|port| Some((port, port.get("targetPort").filter(|target| is_wrong(target))?)));
    wrong
        .map(|(port, target)| {
            let number = port.get("port").map(ToString::to_string).unwrap_or_default();
            let protocol = text(port, "protocol").unwrap_or("TCP").to_owned();
            let item = Segment::Item(vec![("port".to_owned(), number), ("protocol".to_owned(), protocol)]);
            let path = Path::root().key("spec").key("ports").join(item).key("targetPort");
            let message =
                format!("The targetPort {} is no port: the API server refuses it.", shown_value(target));
            Seen::new(path, message).value(Some(target))
        })
        .collect()
}

fn declared(container: &Container<'_>, test: impl Fn(i64, &str) -> bool) -> Vec<(Path, i64, Value)> {
    let ports = items(container.at(&["ports"])).filter_map(|port| {
        let number = port.get("containerPort")?.as_i64()?;
        let protocol = text(port, "protocol").unwrap_or("TCP");
        let path = container.path_of(&["ports"]).join(pod_security::port_item(port)).key("containerPort");
        test(number, protocol).then(|| (path, number, Value::from(number)))
    });
    ports.collect()
}

fn ssh(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    let found = declared(container, |port, protocol| port == 22 && protocol == "TCP").into_iter();
    found
        .map(|(path, _, value)| {
            let message = format!("The {} declares port 22, which is SSH's.", container.named());
            Seen::new(path, message).value(Some(&value))
        })
        .collect()
}

fn low(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    let found = declared(container, |port, _| (1..1024).contains(&port)).into_iter();
    found
        .map(|(path, port, value)| {
            let message = format!(
                "The {} declares port {port}, which takes a privilege to listen on.",
                container.named()
            );
            Seen::new(path, message).value(Some(&value))
        })
        .collect()
}
