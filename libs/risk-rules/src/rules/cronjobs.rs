//! Work that is to run at its time.

use kube_model::{Object, Path, shown};
use serde_json::Value;

use crate::Impact::Safeguard;
use crate::Level;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "cronjob-suspended",
        group: Group::Availability,
        title: "A CronJob starts no Jobs any more",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-suspension",
        remedy: "Leave suspend at false, or say who runs the work meanwhile and when it is switched on again.",
        fires: "`suspend: true` is added",
        near_miss: "it was suspended before; a new CronJob comes suspended",
        equivalents: &[],
        check: Check::States(suspended),
    },
    Rule {
        id: "cronjob-may-overlap",
        group: Group::Availability,
        title: "Jobs of a CronJob may run beside each other",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy",
        remedy: "Keep Forbid or Replace unless two runs at once do each other no harm.",
        fires: "`concurrencyPolicy: Forbid` is removed, and the default is Allow",
        near_miss: "`Forbid` becomes `Replace`",
        equivalents: &[],
        check: Check::States(may_overlap),
    },
];

fn suspended(change: &Change<'_>) -> Vec<Hit> {
    let keys = ["spec", "suspend"];
    let is = |object: &Object| object.at(&keys) == Some(&Value::Bool(true));
    let suspended = change.kept("CronJob").filter(|(before, after)| !is(before) && is(after));
    suspended
        .map(|(before, after)| {
            let message = format!(
                "It is suspended: what it does at {} is not done until somebody switches it on again.",
                shown(after.text(&["spec", "schedule"]).unwrap_or("its time"))
            );
            let path = Path::root().key("spec").key("suspend");
            Hit::new(Safeguard.certain(), after, path, message).values(before.at(&keys), after.at(&keys))
        })
        .collect()
}

fn may_overlap(change: &Change<'_>) -> Vec<Hit> {
    let keys = ["spec", "concurrencyPolicy"];
    let allows = |object: &Object| matches!(object.text(&keys), None | Some("Allow"));
    let overlapping = change.kept("CronJob").filter(|(before, after)| !allows(before) && allows(after));
    overlapping
        .map(|(before, after)| {
            let message = format!(
                "A Job that is due starts while the last one still runs; concurrencyPolicy {} kept it from that.",
                shown(before.text(&keys).unwrap_or_default())
            );
            let path = Path::root().key("spec").key("concurrencyPolicy");
            Hit::new(Safeguard.likely(), after, path, message).values(before.at(&keys), after.at(&keys))
        })
        .collect()
}
