//! Network policies.

use kube_model::{Object, Path};
use serde_json::Value;

use super::{Check, Look, Profile, Seen, items};
use crate::Impact::{Notice, Safeguard};
use crate::model::{Selector, View, Workload, same_namespace};
use crate::{Group, Level};

const POLICY: &[&str] = &["NetworkPolicy"];
const DOCUMENT: &str = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "network-policy-selects-nothing",
        group: Group::Network,
        title: "A NetworkPolicy selects no pods of the files",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: DOCUMENT,
        remedy: "Make its podSelector and the pods' labels agree.",
        fires: "`podSelector: {matchLabels: {app: web}}` without pods of that label",
        near_miss: "`podSelector: {}` in a namespace with pods",
        equivalents: &["kube-linter/dangling-networkpolicy"],
        seen_by: &[],
        risk: Safeguard.possible(),
        look: Look::Object(POLICY, selects_nothing),
    },
    Check {
        id: "network-policy-peer-unknown",
        group: Group::Network,
        title: "A NetworkPolicy allows pods that are not in the files",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: DOCUMENT,
        remedy: "Make the selector of the peer and the pods' labels agree.",
        fires: "`from: [{podSelector: {matchLabels: {app: old}}}]` without pods of that label",
        near_miss: "the peer has a `namespaceSelector` too",
        equivalents: &["kube-linter/dangling-networkpolicypeer-podselector"],
        seen_by: &[],
        risk: Safeguard.possible(),
        look: Look::Object(POLICY, peer_unknown),
    },
    Check {
        id: "pods-not-isolated",
        group: Group::Network,
        title: "No NetworkPolicy selects the pods of a workload",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation",
        remedy: "Add a policy that selects them and lets in who has to come in.",
        fires: "pods without a NetworkPolicy",
        near_miss: "a policy with an empty `podSelector` in their namespace",
        equivalents: &["kube-linter/non-isolated-pod"],
        seen_by: &["network-policy-removed"],
        risk: Notice.certain(),
        look: Look::Workload(not_isolated),
    },
];

/// A policy without a selector selects every pod of its namespace.
fn selector(policy: &Object) -> Option<Selector<'_>> {
    static EVERYTHING: std::sync::LazyLock<Value> =
        std::sync::LazyLock::new(|| Value::Object(serde_json::Map::new()));
    Selector::of_labels(policy.at(&["spec", "podSelector"]).unwrap_or(&EVERYTHING))
}

fn is_policy(policy: &Object) -> bool {
    matches!(policy.key.group.as_str(), "networking.k8s.io" | "extensions")
}

fn selects_nothing(view: &View<'_>, policy: &Object) -> Vec<Seen> {
    let selected = selector(policy).map(|selector| view.selected(&selector, policy));
    if !is_policy(policy) || selected.is_none_or(|selected| !selected.is_empty()) {
        return Vec::new();
    }
    let path = Path::root().key("spec").key("podSelector");
    let message = "No pod in the files has the labels of its podSelector.".to_owned();
    vec![Seen::new(path, message).value(policy.at(&["spec", "podSelector"]))]
}

fn peer_unknown(view: &View<'_>, policy: &Object) -> Vec<Seen> {
    if !is_policy(policy) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (direction, side) in [("ingress", "from"), ("egress", "to")] {
        let rules = items(policy.at(&["spec", direction]));
        let peers = rules.flat_map(|rule| items(rule.get(side)));
        let unknown: Vec<&Value> = peers
            .filter(|peer| peer.get("namespaceSelector").is_none_or(Value::is_null))
            .filter_map(|peer| peer.get("podSelector"))
            .filter(|selector| {
                Selector::of_labels(selector)
                    .is_some_and(|selector| view.selected(&selector, policy).is_empty())
            })
            .collect();
        if let Some(first) = unknown.first() {
            let message = format!("Its {direction} rules name pods that are not in the files.");
            found.push(Seen::new(Path::root().key("spec").key(direction), message).value(Some(first)));
        }
    }
    found
}

fn not_isolated(view: &View<'_>, workload: &Workload<'_>) -> Vec<Seen> {
    let is_covered = view.of_kind("NetworkPolicy").any(|policy| {
        same_namespace(policy, workload.object)
            && selector(policy).is_some_and(|selector| selector.matches_any(workload.labels))
    });
    if is_covered {
        return Vec::new();
    }
    let message = "No NetworkPolicy selects its pods: they take traffic from anywhere.".to_owned();
    vec![Seen::new(Path::root(), message)]
}
