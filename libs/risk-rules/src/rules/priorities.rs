//! Priority classes that pods name.

use kube_model::shown;
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, View, Workload};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "priority-class-missing",
    group: Group::Rollout,
    title: "Pods name a PriorityClass that is not there",
    levels: [Level::Medium, Level::High],
    source: "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#pod-priority",
    remedy: "Keep the class until no pod names it, or name one that exists.",
    fires: "the PriorityClass is removed, and a Deployment still names it",
    near_miss: "`system-cluster-critical`, which every cluster has",
    equivalents: &[],
    check: Check::States(missing),
}];

const FIELD: &str = "priorityClassName";

fn class<'a>(workload: &Workload<'a>) -> Option<&'a str> {
    let class = workload.pod.get(FIELD).and_then(Value::as_str);
    class.filter(|class| !class.is_empty() && !class.starts_with("system-"))
}

fn missing(change: &Change<'_>) -> Vec<Hit> {
    let is_there = |view: &View<'_>, class: &str| view.named_in("PriorityClass", class, None).is_some();
    let mut hits = Vec::new();
    for after in &change.after.workloads {
        let Some(is) = class(after).filter(|class| !is_there(&change.after, class)) else { continue };
        let was = change.workload_before(after).and_then(class);
        let (risk, how) = match is_there(&change.before, is) {
            true => (Harm.certain(), "which the change removes: its new pods are refused"),
            false if was == Some(is) => continue,
            false => {
                (Harm.possible(), "which is not in the files: pods are refused unless the target has it")
            }
        };
        let message = format!("Its pods have the PriorityClass {}, {how}.", shown(is));
        hits.push(Hit::new(risk, after.object, after.path.key(FIELD), message).before(was).after(Some(is)));
    }
    hits
}
