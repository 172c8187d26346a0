//! Disruption budgets that block, or that vanish.

use kube_model::{Object, Path, shown_list, shown_value};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::model::{Amount, Change, Selector, View, Workload, floor, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const BUDGET: &str = "PodDisruptionBudget";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "disruption-budget-blocks",
        group: Group::Availability,
        title: "A PodDisruptionBudget allows no eviction at all",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
        remedy: "Leave room for one eviction: maxUnavailable 1, or more pods than minAvailable asks for.",
        fires: "`minAvailable: 1` over a workload that goes down to one pod",
        near_miss: "`minAvailable: 2` of three pods",
        equivalents: &["kube-linter/pdb-min-available", "kube-linter/pdb-max-unavailable"],
        check: Check::States(budget_blocks),
    },
    Rule {
        id: "disruption-budget-removed",
        group: Group::Availability,
        title: "A PodDisruptionBudget vanishes while its pods stay",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-budgets",
        remedy: "Keep the budget, or replace it by one that selects the same pods.",
        fires: "the budget of a workload with three pods is removed",
        near_miss: "the workload goes too, or another budget selects its pods",
        equivalents: &[],
        check: Check::States(budget_removed),
    },
];

fn budget_blocks(change: &Change<'_>) -> Vec<Hit> {
    change
        .after
        .of_kind(BUDGET)
        .filter_map(|budget| {
            let blockade = blockade(&change.after, budget)?;
            let before = change.object_before(budget);
            if before.is_some_and(|before| self::blockade(&change.before, before).is_some()) {
                return None;
            }
            let value = |object: &Object| object.at(&["spec", blockade.field]).cloned();
            let path = Path::root().key("spec").key(blockade.field);
            let hit = Hit::new(Harm.likely(), budget, path, blockade.message);
            Some(hit.before(before.and_then(value)).after(value(budget)))
        })
        .collect()
}

/// How a budget allows no eviction.
pub(crate) struct Blockade {
    /// The field of its `spec` that says so.
    pub(crate) field: &'static str,
    pub(crate) message: String,
}

/// Why a budget never allows an eviction while its workloads have the fewest pods that they are meant to have.
pub(crate) fn blockade(view: &View<'_>, budget: &Object) -> Option<Blockade> {
    let workloads = selected(view, budget);
    let pods = pods_of(view, &workloads);
    if pods == Some(0) {
        return None;
    }
    let consequence = "node drains and cluster upgrades wait for ever";
    let of = describe(&workloads, pods);
    if let Some(value) = budget.at(&["spec", "maxUnavailable"]) {
        let none = matches!(Amount::of(value)?, Amount::Count(0) | Amount::Percent(0));
        let message =
            format!("maxUnavailable {} lets no pod{of} be evicted: {consequence}.", shown_value(value));
        return none.then_some(Blockade { field: "maxUnavailable", message });
    }
    let value = budget.at(&["spec", "minAvailable"])?;
    let least = Amount::of(value)?;
    let all = matches!(least, Amount::Percent(share) if share >= 100);
    let enough = pods.is_some_and(|pods| least.of_pods_up(pods) >= pods);
    let message = format!("minAvailable {} lets no pod{of} be evicted: {consequence}.", shown_value(value));
    (all || enough).then_some(Blockade { field: "minAvailable", message })
}

/// ` of Deployment web, which has at least 2`.
fn describe(workloads: &[&Workload<'_>], pods: Option<i64>) -> String {
    let names: Vec<String> = workloads.iter().map(|workload| workload.named()).collect();
    match (names.len(), pods) {
        (0, _) => String::new(),
        (1, Some(pods)) => format!(" of {}, which has at least {pods},", names[0]),
        (_, Some(pods)) => format!(" of {}, which have at least {pods} together,", shown_list(&names, 3)),
        (_, None) => format!(" of {}", shown_list(&names, 3)),
    }
}

/// The fewest pods that these workloads have together; none if nobody can tell.
pub(super) fn pods_of(view: &View<'_>, workloads: &[&Workload<'_>]) -> Option<i64> {
    if workloads.is_empty() {
        return None;
    }
    let mut pods = workloads.iter().map(|workload| floor(view, workload).map(|floor| floor.pods));
    pods.try_fold(0, |sum: i64, pods| Some(sum.saturating_add(pods?)))
}

/// The workloads that a budget protects. An empty selector means every pod in `policy/v1` and none in
/// `policy/v1beta1` (Kubernetes documentation, "Specifying a Disruption Budget").
pub(super) fn selected<'v, 'a>(view: &'v View<'a>, budget: &Object) -> Vec<&'v Workload<'a>> {
    selector(budget).map(|selector| view.selected(&selector, budget)).unwrap_or_default()
}

/// The selector of a budget; none where it selects nothing.
fn selector(budget: &Object) -> Option<Selector<'_>> {
    let selects = !is_empty(budget) || is_everything(budget);
    budget.at(&["spec", "selector"]).and_then(Selector::of_labels).filter(|_| selects)
}

/// Whether a budget is for every pod of its namespace.
pub(super) fn is_everything(budget: &Object) -> bool {
    is_empty(budget) && budget.api_version != "policy/v1beta1"
}

fn is_empty(budget: &Object) -> bool {
    let selector = budget.at(&["spec", "selector"]).and_then(Value::as_object);
    selector.is_some_and(|selector| {
        selector.values().all(|part| {
            part.as_object().is_some_and(serde_json::Map::is_empty)
                || part.as_array().is_some_and(Vec::is_empty)
        })
    })
}

fn budget_removed(change: &Change<'_>) -> Vec<Hit> {
    change
        .removed(BUDGET)
        .filter_map(|budget| {
            let left: Vec<String> = selected(&change.before, budget)
                .iter()
                .filter_map(|before| change.workload_after(before))
                .filter(|after| floor(&change.after, after).is_some_and(|floor| floor.pods > 1))
                .filter(|after| !is_protected(&change.after, after))
                .map(|after| after.named())
                .collect();
            if left.is_empty() {
                return None;
            }
            let message = format!(
                "The budget is gone: a node drain may take every pod of {} at once.",
                shown_list(&left, 3)
            );
            Some(
                Hit::new(Safeguard.likely(), budget, Path::root(), message).values(Some(&budget.value), None),
            )
        })
        .collect()
}

/// Whether a budget is for the pods of a workload.
pub(super) fn is_protected(view: &View<'_>, workload: &Workload<'_>) -> bool {
    view.of_kind(BUDGET).any(|budget| {
        same_namespace(budget, workload.object)
            && selector(budget).is_some_and(|selector| selector.matches_any(workload.labels))
    })
}
