//! How Argo Rollouts brings a new version.

use kube_model::{Object, Path, shown};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "canary-steps-removed",
        group: Group::Rollout,
        title: "A Rollout loses the steps of its canary",
        levels: [Level::Medium, Level::Medium],
        source: "https://argo-rollouts.readthedocs.io/en/stable/features/canary/#overview",
        remedy: "Keep the steps: without them a new version goes to everybody at once, as by a Deployment.",
        fires: "`strategy.canary.steps` is removed",
        near_miss: "the weights of the steps change; the strategy becomes blueGreen",
        equivalents: &[],
        check: Check::States(steps_removed),
    },
    Rule {
        id: "rollout-service-missing",
        group: Group::Rollout,
        title: "A Rollout switches a Service that is not there",
        levels: [Level::Medium, Level::High],
        source: "https://argo-rollouts.readthedocs.io/en/stable/features/bluegreen/#activeservice",
        remedy: "Keep the Service that the strategy names, or name one that is there.",
        fires: "the Service that `blueGreen.activeService` names is removed",
        near_miss: "the strategy names another Service of the files",
        equivalents: &[],
        check: Check::States(service_missing),
    },
];

fn rollouts<'a>(change: &Change<'a>) -> impl Iterator<Item = (Option<&'a Object>, &'a Object)> {
    let rollouts = change.after.custom("argoproj.io", "Rollout");
    rollouts.map(|after| (change.object_before(after), after))
}

fn steps(rollout: &Object) -> Option<&Value> {
    let steps = rollout.at(&["spec", "strategy", "canary", "steps"])?;
    steps.as_array().is_some_and(|steps| !steps.is_empty()).then_some(steps)
}

fn steps_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in rollouts(change) {
        let Some(was) = before.and_then(steps) else { continue };
        if steps(after).is_some() || after.at(&["spec", "strategy", "blueGreen"]).is_some() {
            continue;
        }
        let count = was.as_array().map_or(0, Vec::len);
        let message =
            format!("The {count} steps of its canary are gone: a new version goes to everybody at once.");
        let path = Path::root().key("spec").key("strategy").key("canary").key("steps");
        hits.push(Hit::new(Safeguard.certain(), after, path, message).values(Some(was), None));
    }
    hits
}

const SERVICES: [[&str; 2]; 4] = [
    ["blueGreen", "activeService"],
    ["blueGreen", "previewService"],
    ["canary", "stableService"],
    ["canary", "canaryService"],
];

fn service_missing(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in rollouts(change) {
        for [strategy, field] in SERVICES {
            let keys = ["spec", "strategy", strategy, field];
            let Some(name) = after.text(&keys) else { continue };
            if change.after.named("Service", name, after).is_some() {
                continue;
            }
            let was = before.and_then(|before| before.text(&keys));
            let (risk, how) = match change.before.named("Service", name, after) {
                Some(_) => (Harm.certain(), "which the change removes"),
                None if was == Some(name) => continue,
                None => (Harm.possible(), "which is not in the files; it must exist in the target"),
            };
            let message =
                format!("It switches Service {}, {how}: without it no rollout goes on.", shown(name));
            let path = Path::keys(keys);
            hits.push(Hit::new(risk, after, path, message).before(was).after(Some(name)));
        }
    }
    hits
}
