//! Disruption budgets whose selector misses the pods, or takes more than one workload's.

use kube_model::{Object, Path, shown_list, shown_value};

use super::disruption::{BUDGET, is_everything, is_protected, pods_of, selected};
use crate::Impact::Safeguard;
use crate::Level;
use crate::level::Risk;
use crate::model::{Amount, Change, View, Workload, floor, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "disruption-budget-misses",
        group: Group::Availability,
        title: "A PodDisruptionBudget selects no pods, or not those any more that it protected",
        levels: [Level::Low, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
        remedy: "Make the selector and the pods' labels agree again.",
        fires: "the pods of a budget get another label than its selector asks for",
        near_miss: "the pods are gone too; another budget selects them; there is one pod alone",
        equivalents: &[],
        check: Check::States(budget_misses),
    },
    Rule {
        id: "disruption-budget-shared",
        group: Group::Availability,
        title: "A PodDisruptionBudget counts the pods of several workloads together",
        levels: [Level::Low, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
        remedy: "Give each workload a budget of its own, whose selector asks for a label that it alone has.",
        fires: "the selector of a budget becomes empty, which in policy/v1 means every pod of the namespace",
        near_miss: "it selects the pods of one workload; an empty selector of `policy/v1beta1`, which means none",
        equivalents: &[],
        check: Check::States(budget_shared),
    },
];

const SELECTOR: [&str; 2] = ["spec", "selector"];

fn hit(risk: Risk, before: Option<&Object>, budget: &Object, message: String) -> Hit {
    let was = before.and_then(|before| before.at(&SELECTOR));
    Hit::new(risk, budget, Path::keys(SELECTOR), message).values(was, budget.at(&SELECTOR))
}

fn budget_misses(change: &Change<'_>) -> Vec<Hit> {
    let hits = change.after.of_kind(BUDGET).filter_map(|budget| {
        let now = selected(&change.after, budget);
        let Some(before) = change.object_before(budget) else {
            let sees_pods =
                change.after.workloads.iter().any(|workload| same_namespace(workload.object, budget));
            let message = "It is new, and selects no pods of the files.".to_owned();
            return (now.is_empty() && sees_pods).then(|| hit(Safeguard.possible(), None, budget, message));
        };
        let is_left = |after: &&Workload<'_>| {
            !now.iter().any(|one| std::ptr::eq(one.object, after.object))
                && floor(&change.after, after).is_some_and(|floor| floor.pods > 1)
                && !is_protected(&change.after, after)
        };
        let had = selected(&change.before, before);
        let left = had.iter().filter_map(|workload| change.workload_after(workload)).filter(is_left);
        let left: Vec<String> = left.map(Workload::named).collect();
        let message = format!(
            "It selects the pods of {} no more: a node drain may take every one of them at once.",
            shown_list(&left, 3)
        );
        (!left.is_empty()).then(|| hit(Safeguard.likely(), Some(before), budget, message))
    });
    hits.collect()
}

fn budget_shared(change: &Change<'_>) -> Vec<Hit> {
    let is_shared = |view: &View<'_>, budget: &Object| selected(view, budget).len() > 1;
    let hits = change.after.of_kind(BUDGET).filter_map(|budget| {
        let before = change.object_before(budget);
        let is_all = is_everything(budget);
        let was_so = match is_all {
            true => before.is_some_and(is_everything),
            false => before.is_some_and(|before| is_shared(&change.before, before)),
        };
        if was_so || !(is_all || is_shared(&change.after, budget)) {
            return None;
        }
        let workloads = selected(&change.after, budget);
        let names: Vec<String> = workloads.iter().map(|workload| workload.named()).collect();
        let what = match (is_all, names.is_empty()) {
            (true, true) => "Its selector is empty, which stands for every pod of the namespace".to_owned(),
            (true, false) => format!(
                "Its selector is empty, which stands for every pod of the namespace: those of {}",
                shown_list(&names, 3)
            ),
            (false, _) => format!("It counts the pods of {} together", shown_list(&names, 3)),
        };
        let (risk, follows) = match drained(&change.after, budget, &workloads) {
            Some(follows) => (Safeguard.likely(), follows),
            None => (
                Safeguard.possible(),
                "what it allows may all be taken from one of them, and none from the other".to_owned(),
            ),
        };
        Some(hit(risk, before, budget, format!("{what}; {follows}.")))
    });
    hits.collect()
}

/// Which workload may lose every pod while the budget is kept.
fn drained(view: &View<'_>, budget: &Object, workloads: &[&Workload<'_>]) -> Option<String> {
    let total = pods_of(view, workloads)?;
    let amount = |field: &str| budget.at(&["spec", field]).and_then(Amount::of);
    let (field, allowed) = match (amount("maxUnavailable"), amount("minAvailable")) {
        (Some(most), _) => ("maxUnavailable", most.of_pods_up(total)),
        (None, Some(least)) => ("minAvailable", total.saturating_sub(least.of_pods_up(total))),
        (None, None) => return None,
    };
    let (workload, pods) = workloads.iter().find_map(|workload| {
        let pods = floor(view, workload)?.pods;
        (pods > 0 && pods <= allowed && workloads.len() > 1).then_some((workload, pods))
    })?;
    let value = budget.at(&["spec", field]).map(shown_value).unwrap_or_default();
    let all = if pods == 1 { "the only pod".to_owned() } else { format!("all {pods} pods") };
    Some(format!("by {field} {value} of {total} a node drain may take {all} of {} at once", workload.named()))
}
