//! Network policies that cut what workloads are told to use.

use std::collections::{BTreeSet, HashMap, HashSet};

use kube_model::{Object, Path, shown_list};
use serde_json::Value;

use super::isolation::{Culprit, Direction, Isolation, POLICY, Stance, culprit, stance};
use super::traffic_policy::is_same;
use crate::Impact::Harm;
use crate::Level;
use crate::model::{Callers, Change, Selector, View, Workload, items, named, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

const SOURCE: &str = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "policy-cuts-used-path",
        group: Group::Network,
        title: "A NetworkPolicy no longer lets a workload in that is told to call",
        levels: [Level::High, Level::High],
        source: SOURCE,
        remedy: "Allow the caller by its labels, or take the call out first.",
        fires: "the `from` of a policy loses `app: web`, and web is told to call `api:9090`",
        near_miss: "another policy still lets it in; nobody is told to call",
        equivalents: &[],
        check: Check::States(policy_cuts_used_path),
    },
    Rule {
        id: "egress-without-dns",
        group: Group::Network,
        title: "Pods may no longer ask for names",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-egress-traffic",
        remedy: "Allow UDP and TCP port 53 to the cluster's DNS (a namespaceSelector for kube-system) in the same policy.",
        fires: "the first egress policy of running pods allows port 5432 alone",
        near_miss: "a rule without ports and peers; port 53 beside it; the pods are new",
        equivalents: &[],
        check: Check::States(egress_without_dns),
    },
];

/// Whether the peers of a rule include a workload. Without peers, everybody (API reference, "NetworkPolicyIngressRule").
fn lets_in(view: &View<'_>, policy: &Object, rule: &Value, caller: &Workload<'_>) -> bool {
    let mut peers = items(rule.get("from")).peekable();
    if peers.peek().is_none() {
        return true;
    }
    peers.any(|peer| {
        // Addresses of pods are not in the files.
        if peer.get("ipBlock").is_some() {
            return true;
        }
        let of_namespace = match peer.get("namespaceSelector") {
            None => same_namespace(policy, caller.object),
            Some(namespaces) => {
                caller.object.key.namespace.as_deref().is_none_or(|name| may_select(view, namespaces, name))
            }
        };
        let pods = peer.get("podSelector").and_then(Selector::of_labels);
        of_namespace && pods.is_none_or(|pods| pods.matches_any(caller.labels))
    })
}

const NAME: &str = "kubernetes.io/metadata.name";

/// Whether a selector of namespaces may select the one of this name: of one that is not in the files only its name is known.
fn may_select(view: &View<'_>, selector: &Value, name: &str) -> bool {
    let own = serde_json::Map::from_iter([(NAME.to_owned(), Value::from(name))]);
    let Some(namespace) = view.named_in("Namespace", name, None) else {
        let about_names = about_names(selector);
        return Selector::of_labels(&about_names).is_some_and(|selector| selector.matches(&own));
    };
    let mut labels =
        namespace.at(&["metadata", "labels"]).and_then(Value::as_object).cloned().unwrap_or_default();
    labels.extend(own);
    Selector::of_labels(selector).is_some_and(|selector| selector.matches(&labels))
}

/// What a selector says of the names of namespaces.
fn about_names(selector: &Value) -> Value {
    let label = selector.get("matchLabels").and_then(|labels| labels.get(NAME));
    let labels = label.map(|name| (NAME.to_owned(), name.clone()));
    let expressions = items(selector.get("matchExpressions"));
    let expressions = expressions.filter(|one| one.get("key").and_then(Value::as_str) == Some(NAME)).cloned();
    serde_json::json!({
        "matchLabels": serde_json::Map::from_iter(labels),
        "matchExpressions": expressions.collect::<Vec<Value>>(),
    })
}

/// Whether a policy lets a caller in. Ports are left out: a rule with any lets in.
fn admits(view: &View<'_>, policy: &Object, caller: &Workload<'_>) -> bool {
    items(policy.at(&["spec", "ingress"])).any(|rule| lets_in(view, policy, rule, caller))
}

fn reaches(isolation: &Isolation<'_, '_>, caller: &Workload<'_>, target: &Workload<'_>) -> bool {
    let policies = isolation.policies(target);
    policies.is_empty() || policies.iter().any(|policy| admits(isolation.view, policy, caller))
}

/// A workload that is told to call a Service and may not reach the pods behind it any more.
struct Cut<'c, 'a> {
    service: &'a Object,
    target: &'c Workload<'a>,
    callers: Vec<&'c Workload<'a>>,
}

/// Both were there before, and the one reached the other. What a new policy denies to all has a rule of its own.
fn cuts<'c, 'a>(
    change: &'c Change<'a>,
    before: &Isolation<'c, 'a>,
    after: &Isolation<'c, 'a>,
) -> Vec<Cut<'c, 'a>> {
    let callers = Callers::of(&change.after);
    let mut known: HashMap<(*const Object, *const Object), bool> = HashMap::new();
    let mut cuts = Vec::new();
    for service in change.after.of_kind("Service") {
        let Some(selector) = Selector::of_service(service) else { continue };
        let mut told: Vec<&Workload<'a>> = callers.of_service(service).map(|(caller, _)| *caller).collect();
        told.sort_unstable_by_key(|caller| std::ptr::from_ref(*caller));
        told.dedup_by_key(|caller| std::ptr::from_ref(*caller));
        if told.is_empty() {
            continue;
        }
        for target in change.after.selected(&selector, service) {
            let is_isolated = !after.policies(target).is_empty();
            if !is_isolated || (after.denies_all(target) && after.has_new_denial(change, target)) {
                continue;
            }
            let Some(was) = change.workload_before(target) else { continue };
            let mut is_cut = |caller: &Workload<'a>| {
                let pair = (std::ptr::from_ref(caller.object), std::ptr::from_ref(target.object));
                *known.entry(pair).or_insert_with(|| {
                    !reaches(after, caller, target)
                        && change.workload_before(caller).is_some_and(|caller| reaches(before, caller, was))
                })
            };
            let callers: Vec<_> = told.iter().copied().filter(|caller| is_cut(caller)).collect();
            if !callers.is_empty() {
                cuts.push(Cut { service, target, callers });
            }
        }
    }
    cuts
}

/// The workloads that somebody who is told to call them does not reach any more.
pub(super) fn cut_targets(change: &Change<'_>) -> HashSet<*const Object> {
    let [before, after] = [&change.before, &change.after].map(|view| Isolation::of(view, Direction::Ingress));
    cuts(change, &before, &after).into_iter().map(|cut| std::ptr::from_ref(cut.target.object)).collect()
}

fn policy_cuts_used_path(change: &Change<'_>) -> Vec<Hit> {
    if is_same(change) {
        return Vec::new();
    }
    let [before, after] = [&change.before, &change.after].map(|view| Isolation::of(view, Direction::Ingress));
    let hits = cuts(change, &before, &after).into_iter().filter_map(|cut| {
        let was = change.workload_before(cut.target)?;
        let admitted = before.policies(was).iter().copied().filter(|policy| {
            cut.callers
                .iter()
                .filter_map(|caller| change.workload_before(caller))
                .any(|caller| admits(&change.before, policy, caller))
        });
        let admitted: Vec<&Object> = admitted.collect();
        let culprit = culprit(change, &admitted, after.policies(cut.target))?;
        let mut callers: Vec<String> = cut.callers.iter().map(|caller| caller.named()).collect();
        callers.sort_unstable();
        let how = match culprit.is_removed {
            true => "It is removed, and what is left does not let",
            false => "It no longer lets",
        };
        let message = format!(
            "{how} {} reach {}, which is told to call {}.",
            shown_list(&callers, 3),
            cut.target.named(),
            named(cut.service)
        );
        Some(told_of(
            change,
            &culprit,
            Direction::Ingress,
            Hit::new(Harm.certain(), culprit.policy, Path::root(), message),
        ))
    });
    hits.collect()
}

/// The rules of the policy that has the fault, as evidence.
fn told_of(change: &Change<'_>, culprit: &Culprit<'_>, direction: Direction, hit: Hit) -> Hit {
    let rules = |policy: &Object| policy.at(&["spec", direction.field()]).cloned();
    let (was, is) = match culprit.is_removed {
        true => (rules(culprit.policy), None),
        false => (change.object_before(culprit.policy).and_then(rules), rules(culprit.policy)),
    };
    let path = Path::root().key("spec").key(direction.field());
    Hit { path, ..hit.before(was).after(is) }
}

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

fn has_dns_port(rule: &Value) -> bool {
    let mut ports = items(rule.get("ports")).peekable();
    ports.peek().is_none()
        || ports.any(|port| match port.get("port") {
            None => true,
            Some(Value::String(name)) => name.contains("dns"),
            Some(number) => {
                let end = port.get("endPort").or(Some(number)).and_then(Value::as_u64);
                number.as_u64().is_some_and(|number| number <= 53) && end.is_some_and(|end| end >= 53)
            }
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
            "{} may no longer ask for names: {left} in the files allows port 53.",
            shown_list(&names, 3)
        );
        told_of(
            change,
            &culprit,
            Direction::Egress,
            Hit::new(Harm.likely(), culprit.policy, Path::root(), message),
        )
    });
    hits.collect()
}
