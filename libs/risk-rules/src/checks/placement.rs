//! Where pods run.

use serde_json::Value;

use super::{Check, Look, Profile, Seen, items, text};
use crate::Impact::Notice;
use crate::model::{Selector, View, Workload, floor};
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "pods-not-kept-apart",
        group: Group::Availability,
        title: "Nothing keeps the pods of a workload on different nodes",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
        remedy: "Add a pod anti-affinity or a topology spread constraint by kubernetes.io/hostname.",
        fires: "`replicas: 2` without `podAntiAffinity`",
        near_miss: "a `topologySpreadConstraints` entry for the pods by node or zone",
        equivalents: &["kube-linter/no-anti-affinity"],
        seen_by: &["spread-lost"],
        risk: Notice.certain(),
        look: Look::Workload(not_apart),
    },
    Check {
        id: "node-affinity-missing",
        group: Group::Capacity,
        title: "A workload does not say on which nodes it runs",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity",
        remedy: "Add a node affinity or a nodeSelector where nodes differ.",
        fires: "neither `nodeAffinity` nor `nodeSelector`",
        near_miss: "`nodeSelector: {disk: ssd}`",
        equivalents: &["kube-linter/no-node-affinity"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Workload(no_node_affinity),
    },
    Check {
        id: "priority-class-custom",
        group: Group::Availability,
        title: "Pods have a priority class that is not one of Kubernetes' own",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
        remedy: "Check that the class exists in the cluster and is meant.",
        fires: "`priorityClassName: important`",
        near_miss: "`priorityClassName: system-cluster-critical`, or none",
        equivalents: &["kube-linter/priority-class-name"],
        seen_by: &["priority-lowered"],
        risk: Notice.certain(),
        look: Look::Workload(custom_priority),
    },
    Check {
        id: "dns-options-missing",
        group: Group::Network,
        title: "Pods ask for every name in all search domains (ndots is not 2)",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config",
        remedy: "Set the option ndots to 2 where pods ask for many names outside the cluster.",
        fires: "no `dnsConfig`",
        near_miss: "`dnsConfig: {options: [{name: ndots, value: \"2\"}]}`",
        equivalents: &["kube-linter/dnsconfig-options"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Workload(no_dns_options),
    },
];

/// Keeping pods in different zones keeps them on different nodes too.
const APART: [&str; 3] =
    ["kubernetes.io/hostname", "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];

fn at<'a>(workload: &Workload<'a>, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().try_fold(workload.pod, |value, key| value.get(key))
}

fn keeps_apart(workload: &Workload<'_>, term: &Value) -> bool {
    let namespaces: Vec<&str> = items(term.get("namespaces")).filter_map(Value::as_str).collect();
    let here = workload.object.key.namespace.as_deref().unwrap_or_default();
    let selector = term.get("labelSelector").and_then(Selector::of_labels);
    text(term, "topologyKey").is_some_and(|key| APART.contains(&key))
        && (namespaces.is_empty() || namespaces.contains(&here))
        && selector.is_some_and(|selector| selector.matches_any(workload.labels))
}

fn not_apart(view: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let pods = view.workload_of(workload.object).and_then(|workload| floor(view, workload));
    let Some(pods) = pods.map(|floor| floor.pods).filter(|pods| *pods >= 2) else { return Vec::new() };
    let affinity = |field: &str| items(at(workload, &["affinity", "podAntiAffinity", field]));
    let preferred = affinity("preferredDuringSchedulingIgnoredDuringExecution")
        .filter_map(|weighted| weighted.get("podAffinityTerm"));
    let required = affinity("requiredDuringSchedulingIgnoredDuringExecution");
    let spread = items(at(workload, &["topologySpreadConstraints"]));
    if preferred.chain(required).chain(spread).any(|term| keeps_apart(workload, term)) {
        return Vec::new();
    }
    let message = format!("Nothing keeps its {pods} pods on different nodes.");
    vec![Seen::new(workload.path.key("affinity").key("podAntiAffinity"), message)]
}

fn no_node_affinity(_: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let selector = at(workload, &["nodeSelector"]).and_then(Value::as_object);
    let selects = selector.is_some_and(|selector| !selector.is_empty());
    if selects || at(workload, &["affinity", "nodeAffinity"]).is_some_and(|affinity| !affinity.is_null()) {
        return Vec::new();
    }
    let message = "It does not say on which nodes its pods run.".to_owned();
    vec![Seen::new(workload.path.key("affinity").key("nodeAffinity"), message)]
}

fn custom_priority(_: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let is = workload.pod.get("priorityClassName");
    match is.and_then(Value::as_str).map(str::trim) {
        None | Some("" | "system-cluster-critical" | "system-node-critical") => Vec::new(),
        Some(class) => {
            let message = format!("Its pods have the priority class {}.", kube_model::shown(class));
            vec![Seen::new(workload.path.key("priorityClassName"), message).value(is)]
        }
    }
}

fn no_dns_options(_: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let mut options = items(at(workload, &["dnsConfig", "options"]));
    if options.any(|option| (text(option, "name"), text(option, "value")) == (Some("ndots"), Some("2"))) {
        return Vec::new();
    }
    let message = "Its pods ask for every name in all search domains first (ndots is not 2).".to_owned();
    vec![
        Seen::new(workload.path.key("dnsConfig").key("options"), message)
            .value(at(workload, &["dnsConfig", "options"])),
    ]
}
