//! Objects of one kind that stand in each other's way.

use std::collections::{BTreeMap, HashMap, HashSet};

use kube_model::{Object, Path, shown_list};

use super::disruption::{BUDGET, selected};
use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, View, Workload, named, scaled_by};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "autoscalers-collide",
        group: Group::Availability,
        title: "Two autoscalers scale one workload",
        levels: [Level::High, Level::High],
        source: "https://keda.sh/docs/latest/concepts/scaling-deployments/#transfer-ownership-of-an-existing-hpa",
        remedy: "Leave one of the two; KEDA takes an autoscaler over by the annotation transfer-hpa-ownership.",
        fires: "a ScaledObject is added beside the HorizontalPodAutoscaler of its Deployment",
        near_miss: "it replaces the HorizontalPodAutoscaler; both were there before",
        equivalents: &[],
        check: Check::States(autoscalers_collide),
    },
    Rule {
        id: "disruption-budgets-overlap",
        group: Group::Availability,
        title: "Two PodDisruptionBudgets select the same pods, and no eviction of them succeeds",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/#how-api-initiated-eviction-works",
        remedy: "Leave one budget that selects these pods.",
        fires: "a second budget for `app: web` is added",
        near_miss: "it replaces the first; it selects other pods",
        equivalents: &[],
        check: Check::States(budgets_overlap),
    },
];

type Target<'a> = (Option<&'a str>, &'a str, &'a str);

/// The autoscalers by what they scale, without those that KEDA takes over.
fn by_target<'a>(view: &View<'a>) -> BTreeMap<Target<'a>, Vec<&'a Object>> {
    let mut scalers: BTreeMap<Target<'_>, Vec<&Object>> = BTreeMap::new();
    let all = view.of_kind("HorizontalPodAutoscaler").chain(view.custom("keda.sh", "ScaledObject"));
    for scaler in all {
        let Some((kind, name)) = scaled_by(scaler) else { continue };
        scalers.entry((scaler.key.namespace.as_deref(), kind, name)).or_default().push(scaler);
    }
    let takes_over = |scaler: &&Object| {
        let note = ["metadata", "annotations", "scaledobject.keda.sh/transfer-hpa-ownership"];
        scaler.text(&note) == Some("true")
    };
    scalers.retain(|_, scalers| scalers.len() > 1 && !scalers.iter().any(takes_over));
    scalers
}

/// The HPA controller acts on no autoscaler whose pods another one selects too (`AmbiguousSelector`), and KEDA makes such an
/// autoscaler of each ScaledObject.
fn autoscalers_collide(change: &Change<'_>) -> Vec<Hit> {
    let before = by_target(&change.before);
    let mut hits = Vec::new();
    for (target, scalers) in by_target(&change.after) {
        if before.contains_key(&target) {
            continue;
        }
        let newer = |scaler: &&&Object| change.object_before(scaler).is_none();
        let Some(scaler) = scalers.iter().find(newer).or(scalers.last()) else { continue };
        let others: Vec<String> =
            scalers.iter().filter(|other| other.key != scaler.key).map(|other| named(other)).collect();
        let message = format!(
            "It scales {} {}, as {} does: where two select the same pods, Kubernetes acts on neither.",
            kube_model::shown(target.1),
            kube_model::shown(target.2),
            shown_list(&others, 3)
        );
        let path = Path::root().key("spec").key("scaleTargetRef");
        let is = scaler.at(&["spec", "scaleTargetRef"]).cloned();
        hits.push(Hit::new(Harm.likely(), scaler, path, message).after(is));
    }
    hits
}

/// The budgets of each workload that has several.
fn overlaps<'v, 'a>(view: &'v View<'a>) -> Vec<(&'v Workload<'a>, Vec<&'a Object>)> {
    let mut budgets: HashMap<*const Object, (&Workload<'a>, Vec<&Object>)> = HashMap::new();
    for budget in view.of_kind(BUDGET) {
        for workload in selected(view, budget) {
            let of_workload = budgets.entry(std::ptr::from_ref(workload.object));
            of_workload.or_insert_with(|| (workload, Vec::new())).1.push(budget);
        }
    }
    let mut overlaps: Vec<_> = budgets.into_values().filter(|(_, budgets)| budgets.len() > 1).collect();
    overlaps.sort_by(|one, other| one.0.object.key.cmp(&other.0.object.key));
    overlaps
}

fn budgets_overlap(change: &Change<'_>) -> Vec<Hit> {
    let before = overlaps(&change.before);
    let before: HashSet<_> = before.iter().map(|(known, _)| &known.object.key).collect();
    let mut told: BTreeMap<String, (&Object, Vec<String>, Vec<String>)> = BTreeMap::new();
    for (workload, budgets) in overlaps(&change.after) {
        if before.contains(&workload.object.key) {
            continue;
        }
        let is_other = |budget: &&&Object| !change.is_unchanged(budget);
        let Some(budget) = budgets.iter().find(is_other).or(budgets.last()) else { continue };
        let others: Vec<String> =
            budgets.iter().filter(|other| other.key != budget.key).map(|other| named(other)).collect();
        let entry = told.entry(format!("{:?} {others:?}", budget.key));
        entry.or_insert_with(|| (budget, others, Vec::new())).2.push(workload.named());
    }
    let hits = told.into_values().map(|(budget, others, workloads)| {
        let message = format!(
            "It selects the pods of {}, as {} does: the API server refuses to evict a pod that has two budgets, so that \
             node drains and cluster upgrades wait for ever.",
            shown_list(&workloads, 3),
            shown_list(&others, 3)
        );
        let was = change.object_before(budget).and_then(|before| before.at(&["spec", "selector"]));
        Hit::new(Harm.likely(), budget, Path::root().key("spec").key("selector"), message)
            .values(was, budget.at(&["spec", "selector"]))
    });
    hits.collect()
}
