//! Disruption budgets.

use kube_model::{Object, Path};

use super::{Check, Look, Profile, Seen};
use crate::Impact::{Harm, Notice};
use crate::model::View;
use crate::rules::disruption;
use crate::{Group, Level};

const BUDGET: &[&str] = &["PodDisruptionBudget"];
const DOCUMENT: &str = "https://kubernetes.io/docs/tasks/run-application/configure-pdb/";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "budget-allows-nothing",
        group: Group::Availability,
        title: "A PodDisruptionBudget never allows an eviction",
        levels: [Level::High, Level::High],
        profile: Profile::All,
        source: DOCUMENT,
        remedy: "Leave room for one eviction: maxUnavailable 1, or more pods than minAvailable asks for.",
        fires: "`maxUnavailable: 0`; `minAvailable: 90%` of three pods",
        near_miss: "`maxUnavailable: 50%`",
        equivalents: &["kube-linter/pdb-min-available", "kube-linter/pdb-max-unavailable"],
        seen_by: &["disruption-budget-blocks"],
        risk: Harm.likely(),
        look: Look::Object(BUDGET, blocks),
    },
    Check {
        id: "budget-keeps-unhealthy-pods",
        group: Group::Availability,
        title: "A PodDisruptionBudget does not say whether pods that are not ready may be evicted",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy",
        remedy: "Set unhealthyPodEvictionPolicy to AlwaysAllow.",
        fires: "no `unhealthyPodEvictionPolicy`",
        near_miss: "`unhealthyPodEvictionPolicy: IfHealthyBudget`",
        equivalents: &["kube-linter/pdb-unhealthy-pod-eviction-policy"],
        seen_by: &[],
        risk: Notice.certain(),
        look: Look::Object(BUDGET, unhealthy),
    },
];

fn blocks(view: &View<'_>, budget: &Object) -> Vec<Seen> {
    let Some(blockade) = disruption::blockade(view, budget) else { return Vec::new() };
    let equal = match blockade.field {
        "maxUnavailable" => "kube-linter/pdb-max-unavailable",
        _ => "kube-linter/pdb-min-available",
    };
    let path = Path::root().key("spec").key(blockade.field);
    vec![Seen::new(path, blockade.message).value(budget.at(&["spec", blockade.field])).equal_to([equal])]
}

/// The field is of `policy/v1` alone.
fn unhealthy(_: &View<'_>, budget: &Object) -> Vec<Seen> {
    let field = "unhealthyPodEvictionPolicy";
    let is_set = budget.at(&["spec", field]).is_some_and(|value| !value.is_null());
    if is_set || budget.api_version != "policy/v1" {
        return Vec::new();
    }
    let message =
        "Pods that never become ready count as ones that must stay, and hold up node drains.".to_owned();
    vec![Seen::new(Path::root().key("spec").key(field), message)]
}
