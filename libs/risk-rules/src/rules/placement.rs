//! Where pods may run.

use std::collections::BTreeSet;

use kube_model::{Path, shown, shown_list};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::model::{Change, Workload, floor};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "single-zone",
        group: Group::Availability,
        title: "The pods of a workload may run in one zone alone",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/setup/best-practices/multiple-zones/",
        remedy: "Allow a second zone, or say in the change why one is enough.",
        fires: "a `nodeSelector` on `topology.kubernetes.io/zone` is added",
        near_miss: "an affinity that names two zones is added",
        equivalents: &[],
        check: Check::States(single_zone),
    },
    Rule {
        id: "nodes-narrowed",
        group: Group::Capacity,
        title: "Fewer nodes may run the pods of a workload",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",
        remedy: "Make sure that nodes with these labels and taints exist and have room before the change is applied.",
        fires: "`nodeSelector: {disk: ssd}` or a required node affinity is added; a toleration is removed",
        near_miss: "a `nodeSelector` is removed; a toleration is added, or becomes wider",
        equivalents: &[],
        check: Check::States(nodes_narrowed),
    },
];

/// The labels of nodes that tell their zone.
pub(super) const ZONES: [&str; 2] = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];
/// `architecture-changed` is about this one.
pub(super) const ARCHITECTURE: &str = "kubernetes.io/arch";

/// The value below these keys of a workload's pod.
pub(super) fn at<'a>(workload: &Workload<'a>, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().try_fold(workload.pod, |value, key| value.get(key))
}

/// The items of a list of a workload's pod.
pub(super) fn items<'a>(workload: &Workload<'a>, keys: &[&str]) -> impl Iterator<Item = &'a Value> {
    at(workload, keys).and_then(Value::as_array).into_iter().flatten()
}

fn has_several_pods(change: &Change<'_>, after: &Workload<'_>) -> bool {
    let workload = change.after.workload(&after.object.key);
    workload.and_then(|workload| floor(&change.after, workload)).is_some_and(|floor| floor.pods > 1)
}

/// The only zone that pods may run in, and the field that says so.
fn only_zone<'a>(workload: &Workload<'a>) -> Option<(Path, &'a str)> {
    let selector = at(workload, &["nodeSelector"]).and_then(Value::as_object);
    let selected = ZONES.iter().find_map(|zone| selector?.get(*zone)?.as_str());
    if let Some(zone) = selected {
        return Some((workload.path.key("nodeSelector"), zone));
    }
    let mut allowed: Option<BTreeSet<&str>> = None;
    for term in items(workload, &REQUIRED) {
        let zones = term.get("matchExpressions")?.as_array()?.iter().find(|expression| {
            let key = expression.get("key").and_then(Value::as_str);
            key.is_some_and(|key| ZONES.contains(&key))
                && expression.get("operator").and_then(Value::as_str) == Some("In")
        })?;
        let zones = zones.get("values")?.as_array()?.iter().filter_map(Value::as_str);
        allowed.get_or_insert_default().extend(zones);
    }
    let zone = allowed.filter(|zones| zones.len() == 1)?.pop_first()?;
    Some((workload.path.below(&REQUIRED[..3]), zone))
}

fn single_zone(change: &Change<'_>) -> Vec<Hit> {
    let hits = change.after.workloads.iter().filter_map(|after| {
        let (path, zone) = only_zone(after)?;
        let before = change.workload_before(after).and_then(only_zone);
        if before.is_some() || !has_several_pods(change, after) {
            return None;
        }
        let message =
            format!("Its pods may run in zone {} alone: if it is lost, all of them are.", shown(zone));
        Some(Hit::new(Safeguard.certain(), after.object, path, message).after(Some(zone)))
    });
    hits.collect()
}

fn nodes_narrowed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let selector = |workload: &Workload<'_>| at(workload, &["nodeSelector"]).cloned();
        let asked = new_labels(before, after);
        if !asked.is_empty() {
            let message = format!(
                "Its pods newly need nodes with {}: without room on such nodes they stay pending.",
                shown_list(&asked, 4)
            );
            let hit = Hit::new(Harm.possible(), after.object, after.path.key("nodeSelector"), message);
            hits.push(hit.before(selector(before)).after(selector(after)));
        }
        if let Some(needed) = affinity_narrowed(before, after) {
            let message = format!(
                "Its pods newly need nodes with {}: without room on such nodes they stay pending.",
                shown_list(&needed, 4)
            );
            let path = after.path.below(&REQUIRED[..3]);
            let hit = Hit::new(Harm.possible(), after.object, path, message);
            hits.push(hit.values(at(before, &REQUIRED[..3]), at(after, &REQUIRED[..3])));
        }
        let kept: Vec<&Value> = items(after, &["tolerations"]).collect();
        let lost: Vec<String> = items(before, &["tolerations"])
            .filter(|toleration| !kept.iter().any(|kept| tolerates_as_much(kept, toleration)))
            .map(|toleration| shown(toleration.get("key").and_then(Value::as_str).unwrap_or("every taint")))
            .collect();
        if !lost.is_empty() {
            let message = format!(
                "Its pods no longer tolerate {}: nodes with that taint do not take them any more.",
                shown_list(&lost, 4)
            );
            let hit = Hit::new(Harm.possible(), after.object, after.path.key("tolerations"), message);
            hits.push(hit.values(at(before, &["tolerations"]), at(after, &["tolerations"])));
        }
    }
    hits
}

/// Whether one toleration is for every taint that the other is for (Kubernetes documentation, "Taints and Tolerations"):
/// without a key for all keys, with `Exists` for all values, without an effect for all effects.
fn tolerates_as_much(wide: &Value, narrow: &Value) -> bool {
    let text = |toleration: &'_ Value, field: &str| {
        toleration.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let is_exists = |toleration: &Value| text(toleration, "operator") == "Exists";
    let is_equal = |toleration: &Value| matches!(text(toleration, "operator").as_str(), "" | "Equal");
    let same = |field: &str| text(wide, field) == text(narrow, field);
    let has_key = same("key") || (is_exists(wide) && text(wide, "key").is_empty());
    let has_value = is_exists(wide) || (is_equal(wide) && is_equal(narrow) && same("value"));
    let has_effect = same("effect") || text(wide, "effect").is_empty();
    let seconds = |toleration: &Value| toleration.get("tolerationSeconds").and_then(Value::as_i64);
    let lasts = seconds(wide).is_none_or(|most| seconds(narrow).is_some_and(|least| most >= least));
    wide == narrow || (has_key && has_value && has_effect && lasts)
}

/// What nodes have to have.
pub(super) const REQUIRED: [&str; 4] =
    ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];

/// What an affinity newly requires of nodes, where it leaves out some that were allowed; zones and architectures have rules
/// of their own. One term is enough for a node.
fn affinity_narrowed(before: &Workload<'_>, after: &Workload<'_>) -> Option<Vec<String>> {
    let was: Vec<&Value> = items(before, &REQUIRED).collect();
    let is: Vec<&Value> = items(after, &REQUIRED).collect();
    let stays = |was: &&Value| is.iter().any(|is| requirements(is).all(|one| is_met_by(one, was)));
    if is.is_empty() || (!was.is_empty() && was.iter().all(stays)) {
        return None;
    }
    let is_old = |one: &&Value| was.iter().any(|was| requirements(was).any(|known| known == *one));
    let has_rule = |one: &&Value| {
        let key = one.get("key").and_then(Value::as_str).unwrap_or_default();
        ZONES.contains(&key) || key == ARCHITECTURE
    };
    let new = is.iter().flat_map(|term| requirements(term)).filter(|one| !is_old(one) && !has_rule(one));
    let new: BTreeSet<String> = new.map(in_words).collect();
    (!new.is_empty()).then(|| new.into_iter().collect())
}

fn requirements(term: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["matchExpressions", "matchFields"].into_iter();
    lists.filter_map(|list| term.get(list)?.as_array()).flatten()
}

fn parts(requirement: &Value) -> (&str, &str, BTreeSet<&str>) {
    let text = |field: &str| requirement.get(field).and_then(Value::as_str).unwrap_or_default();
    let values = requirement.get("values").and_then(Value::as_array).into_iter().flatten();
    (text("key"), text("operator"), values.filter_map(Value::as_str).collect())
}

/// Whether every node that meets a term meets a requirement, as far as one requirement of the term says so.
fn is_met_by(requirement: &Value, term: &Value) -> bool {
    let (key, operator, allowed) = parts(requirement);
    requirements(term).map(|known| (known, parts(known))).any(
        |(known, (known_key, known_operator, values))| {
            let is_implied = match (known_operator, operator) {
                ("In", "In") => values.is_subset(&allowed),
                ("NotIn", "NotIn") => values.is_superset(&allowed),
                ("In", "NotIn") => values.is_disjoint(&allowed),
                ("In" | "Gt" | "Lt", "Exists") | ("DoesNotExist", "NotIn") => true,
                _ => false,
            };
            known == requirement || (known_key == key && is_implied)
        },
    )
}

/// `disk=ssd`, `disk=ssd or disk=nvme`, `the label gpu`, `no label spot`.
fn in_words(requirement: &Value) -> String {
    let (key, operator, values) = parts(requirement);
    let key = shown(key);
    let pairs: Vec<String> = values.iter().take(4).map(|value| format!("{key}={}", shown(value))).collect();
    match operator {
        "In" => pairs.join(" or "),
        "NotIn" => format!("no {}", pairs.join(" and no ")),
        "Exists" => format!("the label {key}"),
        "DoesNotExist" => format!("no label {key}"),
        "Gt" => format!("{key} above {}", values.iter().map(|value| shown(value)).collect::<String>()),
        _ => format!("{key} below {}", values.iter().map(|value| shown(value)).collect::<String>()),
    }
}

/// The labels that nodes did not need before; zones and architectures have rules of their own.
fn new_labels(before: &Workload<'_>, after: &Workload<'_>) -> Vec<String> {
    let was = at(before, &["nodeSelector"]);
    let is = at(after, &["nodeSelector"]).and_then(Value::as_object);
    is.into_iter()
        .flatten()
        .filter(|(key, value)| was.and_then(|was| was.get(key.as_str())) != Some(value))
        .filter(|(key, _)| !ZONES.contains(&key.as_str()) && *key != ARCHITECTURE)
        .map(|(key, value)| format!("{}={}", shown(key), kube_model::shown_value(value)))
        .collect()
}
