//! What containers ask for.

use super::{Check, Look, Profile, Seen};
use crate::Impact::Notice;
use crate::model::{Container, Workload};
use crate::{Group, Level};

const DOCUMENT: &str = "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "cpu-request-missing",
        group: Group::Capacity,
        title: "A container does not say how much CPU it needs",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: DOCUMENT,
        remedy: "Set resources.requests.cpu.",
        fires: "no `requests.cpu`, or 0",
        near_miss: "`limits.cpu` alone, which Kubernetes takes as the request",
        equivalents: &["kube-linter/unset-cpu-requirements"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Container(cpu),
    },
    Check {
        id: "memory-limit-missing",
        group: Group::Capacity,
        title: "A container may use all the memory of its node",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: DOCUMENT,
        remedy: "Set resources.limits.memory.",
        fires: "no `limits.memory`, or 0",
        near_miss: "`limits: {memory: 256Mi}`",
        equivalents: &["kube-linter/unset-memory-requirements"],
        seen_by: &["memory-limit-removed"],
        risk: Notice.certain(),
        look: Look::Container(memory),
    },
];

fn is_set(container: &Container<'_>, of: &str, resource: &str) -> bool {
    let value = container.at(&["resources", of, resource]);
    // What is no quantity is not for this check to judge.
    value.is_some()
        && container
            .resource(of, resource)
            .is_none_or(|(quantity, _)| quantity > kube_model::Quantity::default())
}

fn cpu(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    let asked = container.at(&["resources", "requests", "cpu"]).is_some();
    if is_set(container, "requests", "cpu") || (!asked && is_set(container, "limits", "cpu")) {
        return Vec::new();
    }
    let message = format!("The {} does not say how much CPU it needs.", container.named());
    vec![Seen::new(container.path_of(&["resources", "requests", "cpu"]), message)]
}

fn memory(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    if is_set(container, "limits", "memory") {
        return Vec::new();
    }
    let message = format!("Nothing limits the memory of {}.", container.named());
    vec![Seen::new(container.path_of(&["resources", "limits", "memory"]), message)]
}
