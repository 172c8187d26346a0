//! At which ports of its pods a Service is called, and which of them a rule of a NetworkPolicy admits.

use std::fmt;

use kube_model::Object;
use serde_json::Value;

use crate::model::{Workload, items, text};

/// A port of pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) protocol: String,
    pub(super) number: u64,
}

/// TCP where nothing is said: of a Service's port, a container's and a policy's alike (API reference).
fn protocol(port: &Value) -> &str {
    text(port, "protocol").unwrap_or("TCP")
}

/// The ports of a workload's pods that a Service is called at; none where the files do not tell.
///
/// Policies see traffic behind the Service's address, at the pods' own ports: `targetPort`, by number or by the name that a
/// container gives. A name of a Service without an address stands for the pods themselves, which are asked at the port that
/// is named (Kubernetes documentation, "Headless Services").
pub(super) fn called(service: &Object, asked: Option<u16>, pods: &Workload<'_>) -> Option<Vec<Port>> {
    let is_headless = service.text(&["spec", "clusterIP"]) == Some("None");
    let all: Vec<&Value> = items(service.at(&["spec", "ports"])).collect();
    let is_asked = |port: &&Value| port.get("port").and_then(Value::as_u64) == asked.map(u64::from);
    let asked_for: Vec<&Value> = all.iter().copied().filter(is_asked).collect();
    // A port that the Service does not have leads nowhere; what else the workload may ask it for, nobody has written.
    let ports = if asked_for.is_empty() { &all } else { &asked_for };
    let ports: Vec<Port> = ports.iter().flat_map(|port| targets(port, is_headless, pods)).collect();
    match (asked, is_headless && asked_for.is_empty()) {
        (Some(number), true) => Some(vec![Port { protocol: "TCP".to_owned(), number: number.into() }]),
        _ => (!ports.is_empty()).then_some(ports),
    }
}

fn targets(port: &Value, is_headless: bool, pods: &Workload<'_>) -> Vec<Port> {
    let own = port.get("port");
    let target = if is_headless { own } else { port.get("targetPort").or(own) };
    match target {
        Some(Value::String(name)) => named(pods, name, protocol(port)),
        Some(number) => {
            let port = |number| Port { protocol: protocol(port).to_owned(), number };
            number.as_u64().map(port).into_iter().collect()
        }
        None => Vec::new(),
    }
}

/// The ports of this name that containers have.
fn named(pods: &Workload<'_>, name: &str, of: &str) -> Vec<Port> {
    let ports = pods.containers.iter().flat_map(|container| items(container.value.get("ports")));
    ports
        .filter(|port| text(port, "name") == Some(name) && protocol(port) == of)
        .filter_map(|port| port.get("containerPort")?.as_u64())
        .map(|number| Port { protocol: of.to_owned(), number })
        .collect()
}

/// Whether a rule of a policy admits a port of these pods: without ports, every one; without `port`, every one of the
/// protocol; up to `endPort`; by the name that a container gives it (API reference, "NetworkPolicyPort").
pub(super) fn admits_port(rule: &Value, port: &Port, pods: &Workload<'_>) -> bool {
    let mut ports = items(rule.get("ports")).peekable();
    ports.peek().is_none() || ports.any(|admitted| covers(admitted, port, pods))
}

fn covers(admitted: &Value, port: &Port, pods: &Workload<'_>) -> bool {
    let is_named = |name| named(pods, name, &port.protocol).contains(port);
    is_of(admitted, &port.protocol)
        && text(admitted, "port").map_or_else(|| holds(admitted, port.number), is_named)
}

/// Whether a port of a policy is of this protocol.
pub(super) fn is_of(admitted: &Value, wanted: &str) -> bool {
    protocol(admitted) == wanted
}

/// Whether a port of a policy has a number among those that it gives as numbers.
pub(super) fn holds(admitted: &Value, number: u64) -> bool {
    let field = |name: &str| admitted.get(name).filter(|value| !value.is_null());
    let Some(first) = field("port") else { return true };
    let last = field("endPort").unwrap_or(first).as_u64();
    first.as_u64().is_some_and(|first| first <= number) && last.is_some_and(|last| number <= last)
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} port {}", kube_model::shown(&self.protocol), self.number)
    }
}
