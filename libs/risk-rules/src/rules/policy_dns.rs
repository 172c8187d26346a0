//! Egress policies under which pods may no longer ask for names.

use std::collections::{BTreeSet, HashSet};

use kube_model::{Object, shown_list};
use serde_json::Value;

use super::isolation::{Culprit, Direction, Isolation, POLICY, Stance, culprit, stance};
use super::policy_peers::may_select;
use super::policy_ports::{holds, is_of};
use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, View, Workload, items, text};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "egress-without-dns",
    group: Group::Network,
    title: "Pods may no longer ask for names",
    levels: [Level::High, Level::High],
    source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-egress-traffic",
    remedy: "Allow UDP and TCP port 53 to the cluster's DNS (a namespaceSelector for kube-system) in the same policy.",
    fires: "the first egress policy of running pods allows port 5432 alone, or port 53 of TCP alone",
    near_miss: "a rule without ports and peers; port 53 of UDP beside it; the pods are new",
    equivalents: &[],
    check: Check::States(egress_without_dns),
}];

/// The namespaces in which clusters have their DNS; and those of the files in which pods answer on port 53.
const DNS: [&str; 2] = ["kube-system", "openshift-dns"];

fn answers_names(workload: &Workload<'_>) -> bool {
    let ports = workload.containers.iter().flat_map(|container| items(container.value.get("ports")));
    ports.into_iter().any(|port| port.get("containerPort").and_then(Value::as_u64) == Some(53))
}

/// Which pods of a state may ask for names.
pub(super) struct Names<'v, 'a> {
    isolation: Isolation<'v, 'a>,
    /// The policies that let them.
    allowing: HashSet<*const Object>,
}

impl<'v, 'a> Names<'v, 'a> {
    pub(super) fn of(view: &'v View<'a>) -> Self {
        let isolation = Isolation::of(view, Direction::Egress);
        let of_files = view.workloads.iter().filter(|workload| answers_names(workload));
        let of_files = of_files.filter_map(|workload| workload.object.key.namespace.as_deref());
        let dns: BTreeSet<&str> = of_files.chain(DNS).collect();
        let allowing = view.of_kind(POLICY).filter(|policy| allows_dns(view, policy, &dns));
        Self { isolation, allowing: allowing.map(std::ptr::from_ref).collect() }
    }

    fn allows(&self, policy: &Object) -> bool {
        self.allowing.contains(&std::ptr::from_ref(policy))
    }

    pub(super) fn may_ask(&self, workload: &Workload<'_>) -> bool {
        let policies = self.isolation.policies(workload);
        policies.is_empty() || policies.iter().any(|policy| self.allows(policy))
    }
}

fn allows_dns(view: &View<'_>, policy: &Object, dns: &BTreeSet<&str>) -> bool {
    items(policy.at(&["spec", "egress"]))
        .any(|rule| has_dns_port(rule) && has_dns_peer(view, policy, rule, dns))
}

/// At which ports the pods of a cluster's DNS answer; OpenShift's at the second.
const PORTS: [u64; 2] = [53, 5353];

/// Names are asked for by UDP, and by TCP only where an answer is too long for it (RFC 1035, 4.2; RFC 7766, 5).
fn has_dns_port(rule: &Value) -> bool {
    let mut ports = items(rule.get("ports")).peekable();
    ports.peek().is_none()
        || ports.any(|port| {
            let is_named = text(port, "port").is_some_and(|name| name.contains("dns"));
            is_of(port, "UDP") && (is_named || PORTS.iter().any(|number| holds(port, *number)))
        })
}

/// Whether the peers of a rule may be the cluster's DNS. A `podSelector` alone means pods of the policy's own namespace (API
/// reference, "NetworkPolicyPeer"); which addresses DNS has is not in the files.
fn has_dns_peer(view: &View<'_>, policy: &Object, rule: &Value, dns: &BTreeSet<&str>) -> bool {
    let mut peers = items(rule.get("to")).peekable();
    peers.peek().is_none()
        || peers.any(|peer| match peer.get("namespaceSelector") {
            _ if peer.get("ipBlock").is_some() => true,
            None => policy.key.namespace.as_deref().is_some_and(|own| dns.contains(own)),
            Some(namespaces) => dns.iter().any(|name| may_select(view, namespaces, name)),
        })
}

fn egress_without_dns(change: &Change<'_>) -> Vec<Hit> {
    let [before, after] = [&change.before, &change.after].map(Names::of);
    let mut by_policy: Vec<(Culprit<'_>, Vec<String>)> = Vec::new();
    for (was, is) in change.workloads() {
        let is_told = after.isolation.denies_all(is) && after.isolation.has_new_denial(change, is);
        if after.may_ask(is) || !before.may_ask(was) || is_told {
            continue;
        }
        let allowed = before.isolation.policies(was).iter().copied();
        let allowed: Vec<&Object> = allowed.filter(|policy| before.allows(policy)).collect();
        let now = after.isolation.policies(is).iter().copied();
        let now: Vec<&Object> =
            now.filter(|policy| stance(policy, Direction::Egress) == Stance::Allows).collect();
        let Some(culprit) = culprit(change, &allowed, &now) else { continue };
        match by_policy.iter_mut().find(|(known, _)| std::ptr::eq(known.policy, culprit.policy)) {
            Some((_, names)) => names.push(is.named()),
            None => by_policy.push((culprit, vec![is.named()])),
        }
    }
    let hits = by_policy.into_iter().map(|(culprit, names)| {
        let left =
            if culprit.is_removed { "it is removed, and no egress rule left" } else { "no egress rule" };
        let message = format!(
            "{} may no longer ask for names: {left} in the files allows port 53 of UDP.",
            shown_list(&names, 3)
        );
        culprit.hit(change, Direction::Egress, Harm.likely(), message)
    });
    hits.collect()
}
