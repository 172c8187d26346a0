//! Network policies that cut what workloads are told to use.

use kube_model::{Object, Path, shown_list};
use serde_json::Value;

use super::traffic_policy::{Direction, POLICY, Stance, selector, stance};
use crate::Impact::Harm;
use crate::Level;
use crate::model::{Callers, Change, Selector, View, Workload, named, same_namespace};
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
        remedy: "Allow UDP and TCP port 53 to the cluster's DNS in the same policy.",
        fires: "the first egress policy of running pods allows port 5432 alone",
        near_miss: "a rule without ports; port 53 beside it; the pods are new",
        equivalents: &[],
        check: Check::States(egress_without_dns),
    },
];

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn policies<'a>(view: &View<'a>, workload: &Workload<'_>, direction: Direction) -> Vec<&'a Object> {
    let about = view.of_kind(POLICY).filter(|policy| stance(policy, direction) != Stance::Open);
    about
        .filter(|policy| same_namespace(policy, workload.object))
        .filter(|policy| selector(policy).is_some_and(|selector| selector.matches_any(workload.labels)))
        .collect()
}

/// Whether the peers of a rule include a workload. Without peers, everybody (API reference, "NetworkPolicyIngressRule").
fn lets_in(view: &View<'_>, policy: &Object, rule: &Value, caller: &Workload<'_>) -> bool {
    let mut peers = list(rule.get("from")).peekable();
    if peers.peek().is_none() {
        return true;
    }
    peers.any(|peer| {
        // Addresses of pods are not in the files.
        if peer.get("ipBlock").is_some() {
            return true;
        }
        let of_namespace = match peer.get("namespaceSelector").and_then(Selector::of_labels) {
            None => same_namespace(policy, caller.object),
            Some(namespaces) => is_in(view, &namespaces, caller.object),
        };
        let pods = peer.get("podSelector").and_then(Selector::of_labels);
        of_namespace && pods.is_none_or(|pods| pods.matches_any(caller.labels))
    })
}

/// Whether the namespace of an object may be selected: of one that is not in the files only its name is known.
fn is_in(view: &View<'_>, namespaces: &Selector<'_>, object: &Object) -> bool {
    let Some(name) = object.key.namespace.as_deref() else { return true };
    let Some(namespace) = view.named_in("Namespace", name, None) else { return true };
    let mut labels =
        namespace.at(&["metadata", "labels"]).and_then(Value::as_object).cloned().unwrap_or_default();
    labels.insert("kubernetes.io/metadata.name".to_owned(), Value::from(name));
    namespaces.matches(&labels)
}

/// Whether policies let a caller reach a workload. Ports are left out: a rule with any lets in.
fn reaches(view: &View<'_>, caller: &Workload<'_>, target: &Workload<'_>) -> bool {
    let policies = policies(view, target, Direction::Ingress);
    policies.is_empty()
        || policies.iter().any(|policy| {
            list(policy.at(&["spec", "ingress"])).any(|rule| lets_in(view, policy, rule, caller))
        })
}

fn policy_cuts_used_path(change: &Change<'_>) -> Vec<Hit> {
    let policies_after: Vec<&Object> = change.after.of_kind(POLICY).collect();
    let is_same =
        |policy: &&Object| change.object_before(policy).is_some_and(|before| before.value == policy.value);
    if policies_after.iter().all(is_same) && change.removed(POLICY).next().is_none() {
        return Vec::new();
    }
    let callers = Callers::of(&change.after);
    let mut hits = Vec::new();
    for service in change.after.of_kind("Service") {
        let Some(selector) = Selector::of_service(service) else { continue };
        for target in change.after.selected(&selector, service) {
            let mut cut: Vec<String> = callers
                .of_service(service)
                .filter(|(caller, _)| is_cut(change, caller, target))
                .map(|(caller, _)| caller.named())
                .collect();
            cut.sort_unstable();
            cut.dedup();
            let policy = policies(&change.after, target, Direction::Ingress).into_iter().next();
            if let (Some(policy), false) = (policy, cut.is_empty()) {
                let message = format!(
                    "It no longer lets {} reach {}, which is told to call {}.",
                    shown_list(&cut, 3),
                    target.named(),
                    named(service)
                );
                let path = Path::root().key("spec").key("ingress");
                let was = change.object_before(policy).and_then(|before| before.at(&["spec", "ingress"]));
                let hit = Hit::new(Harm.certain(), policy, path, message);
                hits.push(hit.values(was, policy.at(&["spec", "ingress"])));
            }
        }
    }
    hits
}

/// Both were there before, and the one reached the other. What a policy denies to all has a rule of its own.
fn is_cut(change: &Change<'_>, caller: &Workload<'_>, target: &Workload<'_>) -> bool {
    let (Some(caller_before), Some(target_before)) =
        (change.workload_before(caller), change.workload_before(target))
    else {
        return false;
    };
    let denies = policies(&change.after, target, Direction::Ingress)
        .iter()
        .all(|policy| stance(policy, Direction::Ingress) == Stance::Denies);
    !denies
        && reaches(&change.before, caller_before, target_before)
        && !reaches(&change.after, caller, target)
}

fn allows_dns(policy: &Object) -> bool {
    list(policy.at(&["spec", "egress"])).any(|rule| {
        let mut ports = list(rule.get("ports")).peekable();
        ports.peek().is_none()
            || ports.any(|port| match port.get("port") {
                None => true,
                Some(Value::String(name)) => name.contains("dns"),
                Some(number) => {
                    let end = port.get("endPort").or(Some(number)).and_then(Value::as_u64);
                    number.as_u64().is_some_and(|number| number <= 53) && end.is_some_and(|end| end >= 53)
                }
            })
    })
}

fn egress_without_dns(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for policy in
        change.after.of_kind(POLICY).filter(|policy| stance(policy, Direction::Egress) == Stance::Allows)
    {
        let Some(selector) = selector(policy) else { continue };
        let selected = change.after.selected(&selector, policy);
        let mute: Vec<String> = selected
            .into_iter()
            .filter(|after| !may_ask(&change.after, after))
            .filter(|after| {
                change.workload_before(after).is_some_and(|before| may_ask(&change.before, before))
            })
            .map(Workload::named)
            .collect();
        if mute.is_empty() {
            continue;
        }
        let message = format!(
            "{} may no longer ask for names: no egress rule in the files allows port 53.",
            shown_list(&mute, 3)
        );
        let was = change.object_before(policy).and_then(|before| before.at(&["spec", "egress"]));
        let hit = Hit::new(Harm.likely(), policy, Path::root().key("spec").key("egress"), message);
        hits.push(hit.values(was, policy.at(&["spec", "egress"])));
    }
    hits
}

fn may_ask(view: &View<'_>, workload: &Workload<'_>) -> bool {
    let policies = policies(view, workload, Direction::Egress);
    policies.is_empty() || policies.iter().any(|policy| allows_dns(policy))
}
