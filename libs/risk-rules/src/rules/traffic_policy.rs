//! Network policies that cut traffic, or that vanish.

use kube_model::{Object, Path, shown_list};

use super::isolation::{Culprit, Direction, Isolation, POLICY, Stance, culprit, selector, stance};
use super::policy_dns::Names;
use super::policy_paths::told_of;
use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, View, Workload, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

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
    let is_same = change.after.of_kind(POLICY).all(|policy| change.is_unchanged(policy));
    if !is_same || change.removed(POLICY).next().is_some() {
        for direction in [Direction::Ingress, Direction::Egress] {
            hits.extend(left_with_denials(change, direction));
        }
    }
    hits
}

/// What allowed traffic beside a denial that stays is gone. Whose callers are known has a rule of its own, and who could ask
/// for names, too.
fn left_with_denials(change: &Change<'_>, direction: Direction) -> Vec<Hit> {
    let (before, after) = (Isolation::of(&change.before, direction), Isolation::of(&change.after, direction));
    let denied = change.workloads().filter(|(was, is)| {
        after.denies_all(is) && !before.denies_all(was) && !after.has_new_denial(change, is)
    });
    let denied: Vec<(&Workload<'_>, &Workload<'_>)> = denied.collect();
    if denied.is_empty() {
        return Vec::new();
    }
    let (told, names) = (told_of(change, direction), Names::of(&change.before));
    let mut by_policy: Vec<(Culprit<'_>, Vec<String>)> = Vec::new();
    for (was, is) in denied {
        let asks = direction == Direction::Egress && names.may_ask(was);
        let is_told = asks || told.contains(&std::ptr::from_ref(is.object));
        let allowed: Vec<&Object> = before
            .policies(was)
            .iter()
            .copied()
            .filter(|policy| stance(policy, direction) == Stance::Allows)
            .collect();
        let Some(culprit) = culprit(change, &allowed, &[]).filter(|_| !is_told) else { continue };
        match by_policy.iter_mut().find(|(known, _)| std::ptr::eq(known.policy, culprit.policy)) {
            Some((_, names)) => names.push(is.named()),
            None => by_policy.push((culprit, vec![is.named()])),
        }
    }
    by_policy.into_iter().map(|(culprit, names)| denied_since(change, direction, &culprit, &names)).collect()
}

fn denied_since(change: &Change<'_>, direction: Direction, culprit: &Culprit<'_>, names: &[String]) -> Hit {
    let Culprit { policy, is_removed } = *culprit;
    let how = if is_removed { "It is removed" } else { "It is about other pods or traffic now" };
    let message = format!(
        "{how}, and what is left denies all traffic {} {}, some of which it allowed.",
        direction.in_words(),
        shown_list(names, 3)
    );
    let spec = |policy: &Object| policy.at(&["spec"]).cloned();
    let (was, is) = match is_removed {
        true => (spec(policy), None),
        false => (change.object_before(policy).and_then(spec), spec(policy)),
    };
    Hit::new(Harm.likely(), policy, Path::root().key("spec"), message).before(was).after(is)
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
    // What nobody calls in the files has no traffic that they know of; who is left out of an allowed path is told by
    // `policy-cuts-used-path`.
    let isolation = Isolation::of(&change.after, direction);
    let is_called = |workload: &Workload<'_>| !change.services_of(workload).is_empty();
    let is_served = !others.is_empty()
        && direction == Direction::Ingress
        && cut.iter().any(|workload| is_called(workload))
        && !cut.iter().any(|workload| is_called(workload) && isolation.denies_all(workload));
    if is_served {
        return None;
    }
    let names: Vec<String> = cut.iter().map(|workload| workload.named()).collect();
    let pods = if names.is_empty() { "the pods it selects".to_owned() } else { shown_list(&names, 3) };
    let denies = format!("It denies all traffic {} {pods}", direction.in_words());
    Some(match (others.is_empty(), names.is_empty()) {
        (true, false) => (Harm.likely(), format!("{denies}, and no other policy in the files allows any.")),
        (true, true) => (Harm.possible(), format!("{denies}, and no other policy in the files allows any.")),
        (false, _) => {
            let allow = if others.len() == 1 { "allows" } else { "allow" };
            (Harm.possible(), format!("{denies}, except what {} {allow}.", shown_list(&others, 3)))
        }
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
