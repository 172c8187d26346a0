//! Probes that are missing, or that ask at a port that is not there.

use serde_json::Value;

use super::{Check, Look, Profile, Seen, items};
use crate::Impact::{Harm, Notice};
use crate::model::{Container, Workload};
use crate::{Group, Level};

const PROBES: &str = "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "readiness-probe-missing",
        group: Group::Availability,
        title: "A container has no readiness probe",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: PROBES,
        remedy: "Add one that fails while the container cannot answer.",
        fires: "no `readinessProbe`",
        near_miss: "an init container, a Job",
        equivalents: &["kube-linter/no-readiness-probe"],
        seen_by: &["probe-removed"],
        risk: Notice.certain(),
        look: Look::Container(|workload, container| missing(workload, container, "readinessProbe")),
    },
    Check {
        id: "liveness-probe-missing",
        group: Group::Availability,
        title: "A container has no liveness probe",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: PROBES,
        remedy: "Add one where a container can hang; a wrong one restarts what is sound.",
        fires: "no `livenessProbe`",
        near_miss: "an init container, a Job",
        equivalents: &["kube-linter/no-liveness-probe"],
        seen_by: &["probe-removed"],
        risk: Notice.certain(),
        look: Look::Container(|workload, container| missing(workload, container, "livenessProbe")),
    },
    Check {
        id: "probe-port-unknown",
        group: Group::Availability,
        title: "A probe asks at a port that its container does not declare",
        levels: [Level::Low, Level::High],
        profile: Profile::Changed,
        source: PROBES,
        remedy: "Declare the port, or correct the probe.",
        fires: "`httpGet: {port: http}` without a port of that name",
        near_miss: "`httpGet: {port: 8080}` and `containerPort: 8080`",
        equivalents: &["kube-linter/liveness-port", "kube-linter/readiness-port", "kube-linter/startup-port"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Container(port_unknown),
    },
];

fn runs_to_its_end(workload: &Workload<'_>) -> bool {
    matches!(workload.object.key.kind.as_str(), "Job" | "CronJob")
}

/// What runs to its end is not probed.
fn missing(workload: &Workload<'_>, container: &Container<'_>, probe: &str) -> Vec<Seen> {
    if container.runs_first || runs_to_its_end(workload) || container.at(&[probe]).is_some() {
        return Vec::new();
    }
    let name = probe.trim_end_matches("Probe");
    let message = format!("The {} has no {name} probe.", container.named());
    vec![Seen::new(container.path_of(&[probe]), message)]
}

/// A declared port is only information, except that a probe may name one: a name that is not declared makes every probe
/// fail (Kubernetes API, `HTTPGetAction.port`).
fn port_unknown(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    let tcp = |port: &&Value| matches!(port.get("protocol").and_then(Value::as_str), None | Some("" | "TCP"));
    let declared: Vec<&Value> = items(container.at(&["ports"])).filter(tcp).collect();
    let mut found = Vec::new();
    for (probe, equal) in [
        ("livenessProbe", "kube-linter/liveness-port"),
        ("readinessProbe", "kube-linter/readiness-port"),
        ("startupProbe", "kube-linter/startup-port"),
    ] {
        for action in ["httpGet", "tcpSocket", "grpc"] {
            let Some(port) = container.at(&[probe, action, "port"]) else { continue };
            let field = if port.is_string() { "name" } else { "containerPort" };
            if declared.iter().any(|declared| declared.get(field) == Some(port)) {
                continue;
            }
            let shown = kube_model::shown_value(port);
            let (risk, message) = match port.is_string() {
                true => (
                    Harm.certain(),
                    format!(
                        "The {probe} of {} asks at the port named {shown}, which it does not have: the probe always fails.",
                        container.named()
                    ),
                ),
                false => (
                    Notice.certain(),
                    format!(
                        "The {probe} of {} asks at port {shown}, which it does not declare.",
                        container.named()
                    ),
                ),
            };
            let path = container.path_of(&[probe, action, "port"]);
            found.push(Seen::new(path, message).value(Some(port)).risk(risk).equal_to([equal]));
        }
    }
    found
}
