//! Network policies that cut traffic, or that vanish.

use kube_model::{Object, Path, shown_list};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Selector, View, Workload, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const POLICY: &str = "NetworkPolicy";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "default-deny-added",
        group: Group::Network,
        title: "A NetworkPolicy denies all traffic to or from pods that had it",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
        remedy: "List who talks to these pods and allow it first; an egress policy has to allow DNS too.",
        fires: "a policy that selects running pods allows nothing",
        near_miss: "the pods are new as well",
        equivalents: &[],
        check: Check::States(default_deny_added),
    },
    Rule {
        id: "network-policy-removed",
        group: Group::Security,
        title: "Pods lose their last NetworkPolicy and take all traffic",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation",
        remedy: "Keep the policy, or replace it by one that selects the same pods.",
        fires: "the last policy of running pods is removed",
        near_miss: "another policy selects the same pods",
        equivalents: &["kube-linter/non-isolated-pod"],
        check: Check::States(policy_removed),
    },
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    fn type_name(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Ingress => "to",
            Self::Egress => "from",
        }
    }
}

/// What a policy does with one direction.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stance {
    Open,
    Allows,
    Denies,
}

/// Without `policyTypes` a policy is about ingress, and about egress if it has a rule for it.
pub(super) fn stance(policy: &Object, direction: Direction) -> Stance {
    let rules = policy.at(&["spec", direction.field()]).and_then(Value::as_array);
    let has_rules = rules.is_some_and(|rules| !rules.is_empty());
    let is_about = match policy.at(&["spec", "policyTypes"]).and_then(Value::as_array) {
        Some(types) => types.iter().any(|name| name.as_str() == Some(direction.type_name())),
        None => direction == Direction::Ingress || has_rules,
    };
    match (is_about, has_rules) {
        (false, _) => Stance::Open,
        (true, true) => Stance::Allows,
        (true, false) => Stance::Denies,
    }
}

pub(super) fn selector(policy: &Object) -> Option<Selector<'_>> {
    Selector::of_labels(policy.at(&["spec", "podSelector"])?)
}

fn default_deny_added(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for policy in change.after.of_kind(POLICY) {
        let before = change.object_before(policy);
        for direction in [Direction::Ingress, Direction::Egress] {
            let denied = before.is_some_and(|before| stance(before, direction) == Stance::Denies);
            if stance(policy, direction) != Stance::Denies || denied {
                continue;
            }
            if let Some((risk, message)) = judge(change, policy, direction) {
                let path = Path::root().key("spec");
                let was = before.and_then(|before| before.at(&["spec"]));
                hits.push(Hit::new(risk, policy, path, message).values(was, policy.at(&["spec"])));
            }
        }
    }
    hits
}

/// Pods that are new have no traffic that could be cut; a state without the pods says nothing about them.
fn judge(change: &Change<'_>, policy: &Object, direction: Direction) -> Option<(Risk, String)> {
    let selected = change.after.selected(&selector(policy)?, policy);
    let cut: Vec<&&Workload<'_>> =
        selected.iter().filter(|workload| change.workload_before(workload).is_some()).collect();
    if cut.is_empty() && !selected.is_empty() {
        return None;
    }
    let others: Vec<String> = change
        .after
        .of_kind(POLICY)
        .filter(|other| same_namespace(other, policy) && stance(other, direction) == Stance::Allows)
        .map(crate::model::named)
        .collect();
    let names: Vec<String> = cut.iter().map(|workload| workload.named()).collect();
    let pods = if names.is_empty() { "the pods it selects".to_owned() } else { shown_list(&names, 3) };
    let denies = format!("It denies all traffic {} {pods}", direction.in_words());
    Some(match (others.is_empty(), names.is_empty()) {
        (true, false) => (Harm.likely(), format!("{denies}, and no other policy in the files allows any.")),
        (true, true) => (Harm.possible(), format!("{denies}, and no other policy in the files allows any.")),
        (false, _) => (Harm.possible(), format!("{denies}, except what {} allows.", shown_list(&others, 3))),
    })
}

fn policy_removed(change: &Change<'_>) -> Vec<Hit> {
    change
        .removed(POLICY)
        .filter_map(|policy| {
            let left: Vec<String> = change
                .before
                .selected(&selector(policy)?, policy)
                .iter()
                .filter_map(|before| change.workload_after(before))
                .filter(|after| !is_covered(&change.after, after))
                .map(|after| after.named())
                .collect();
            let message = format!(
                "No NetworkPolicy selects {} any more: all traffic is allowed.",
                shown_list(&left, 3)
            );
            let hit = Hit::new(Safeguard.certain(), policy, Path::root(), message);
            (!left.is_empty()).then(|| hit.values(Some(&policy.value), None))
        })
        .collect()
}

fn is_covered(view: &View<'_>, workload: &Workload<'_>) -> bool {
    view.of_kind(POLICY).any(|policy| {
        same_namespace(policy, workload.object)
            && selector(policy).is_some_and(|selector| selector.matches_any(workload.labels))
    })
}
