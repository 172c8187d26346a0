//! Where containers keep their data.

use std::collections::{BTreeMap, BTreeSet};

use kube_model::{Path, shown};
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, Container, View, Workload, floor, items, text};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "data-left-behind",
        group: Group::Data,
        title: "A container finds another volume, or none, where its data was",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#claims-as-volumes",
        remedy: "Mount the claim where the container looks for it, or move the data first.",
        fires: "the volume at `/data` becomes an `emptyDir`",
        near_miss: "the volume is renamed and is the same claim",
        equivalents: &[],
        check: Check::States(data_left_behind),
    },
    Rule {
        id: "claim-wanted-twice",
        group: Group::Data,
        title: "Several pods want a claim that one node alone may mount",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes",
        remedy: "Use a StatefulSet with a claim a pod, ReadWriteMany, or one pod and the strategy Recreate.",
        fires: "a Deployment with a ReadWriteOnce claim goes from one pod to two",
        near_miss: "the claim is ReadWriteMany; a StatefulSet has a claim a pod",
        equivalents: &[],
        check: Check::States(claim_wanted_twice),
    },
];

/// Which of the claims of its pod a container mounts, by where.
fn mounted<'a>(claims: &BTreeMap<&'a str, &'a str>, container: &Container<'a>) -> BTreeMap<&'a str, &'a str> {
    items(container.value.get("volumeMounts"))
        .filter_map(|mount| {
            Some((text(mount, "mountPath")?.trim_end_matches('/'), *claims.get(text(mount, "name")?)?))
        })
        .collect()
}

fn data_left_behind(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before_workload, after_workload) in change.workloads() {
        let (claims_before, claims_after) = (before_workload.claims(), after_workload.claims());
        for after in &after_workload.containers {
            let Some(before) = before_workload.container(after.name) else { continue };
            let (was, is) = (mounted(&claims_before, before), mounted(&claims_after, after));
            let kept: BTreeSet<&str> = is.values().copied().collect();
            for (place, claim) in was {
                // The claim is mounted elsewhere: the program is told where, or so it is hoped.
                if kept.contains(claim) {
                    continue;
                }
                let found = match is.get(place) {
                    Some(other) => format!("the claim {}", shown(other)),
                    None => "no claim".to_owned(),
                };
                let message = format!(
                    "The {} finds {found} at {}, where the claim {} was: it starts without its data.",
                    after.named(),
                    shown(place),
                    shown(claim)
                );
                let hit =
                    Hit::new(Harm.likely(), after_workload.object, after.path_of(&["volumeMounts"]), message);
                hits.push(hit.before(Some(claim)).after(is.get(place).copied()));
            }
        }
    }
    hits
}

/// When several pods of a workload want one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Contest {
    InRollouts,
    Always,
}

/// The first claim that one node alone may mount and that several pods of a workload want at once.
fn contested<'a>(view: &View<'a>, workload: &Workload<'a>) -> Option<(Contest, &'a str)> {
    let kind = workload.object.key.kind.as_str();
    let pods = floor(view, workload).filter(|_| matches!(kind, "Deployment" | "ReplicaSet"))?.pods;
    let contest = match (pods, rolls(workload)) {
        (2.., _) => Contest::Always,
        (1, true) => Contest::InRollouts,
        _ => return None,
    };
    let claim = workload.claims().into_values().find(|claim| {
        let object = view.named("PersistentVolumeClaim", claim, workload.object);
        let modes: Vec<&str> = items(object.and_then(|claim| claim.at(&["spec", "accessModes"])))
            .filter_map(Value::as_str)
            .collect();
        !modes.is_empty() && modes.iter().all(|mode| matches!(*mode, "ReadWriteOnce" | "ReadWriteOncePod"))
    })?;
    Some((contest, claim))
}

/// Whether the next pod is made before the last one goes: the default.
fn rolls(workload: &Workload<'_>) -> bool {
    let surge = workload.object.at(&["spec", "strategy", "rollingUpdate", "maxSurge"]);
    let no_surge = surge.is_some_and(|surge| *surge == 0 || *surge == "0" || *surge == "0%");
    workload.object.key.kind == "Deployment"
        && workload.object.text(&["spec", "strategy", "type"]) != Some("Recreate")
        && !no_surge
}

fn claim_wanted_twice(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for after in &change.after.workloads {
        let before = change.workload_before(after);
        let was = before.and_then(|before| contested(&change.before, before)).map(|(contest, _)| contest);
        let workload = change.after.workload(&after.object.key);
        let Some((is, claim)) = workload.and_then(|workload| contested(&change.after, workload)) else {
            continue;
        };
        if was.is_some_and(|was| was >= is) {
            continue;
        }
        let (field, message) = match is {
            Contest::Always => (
                "replicas",
                format!(
                    "Several of its pods want the claim {}, which one node alone may mount: those on other nodes do not \
                     start.",
                    shown(claim)
                ),
            ),
            Contest::InRollouts => (
                "strategy",
                format!(
                    "A rollout makes the next pod before the last one goes, and both want the claim {}, which one node \
                     alone may mount.",
                    shown(claim)
                ),
            ),
        };
        let hit = Hit::new(Harm.possible(), after.object, Path::root().key("spec").key(field), message);
        let value = |workload: &Workload<'_>| workload.object.at(&["spec", field]).cloned();
        hits.push(hit.before(before.and_then(value)).after(value(after)));
    }
    hits
}
