//! Quotas and ranges that a namespace sets.

use std::collections::BTreeMap;

use kube_model::{Object, Path, Quantity, shown, shown_value};
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, Container, View, Workload, floor, named, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "quota-exceeded",
        group: Group::Capacity,
        title: "The pods of a namespace ask for more than its quota allows",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
        remedy: "Raise the quota first, or ask for less; leave room for the pods that a rollout makes beside the old ones.",
        fires: "six pods of 500m under `requests.cpu: \"2\"`",
        near_miss: "four of them; it was exceeded before",
        equivalents: &[],
        check: Check::States(quota_exceeded),
    },
    Rule {
        id: "limit-range-broken",
        group: Group::Capacity,
        title: "A container asks for more or less than the LimitRange of its namespace allows",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/policy/limit-range/",
        remedy: "Stay within the range, or change it first.",
        fires: "a memory limit of `3Gi` under `max: {memory: 2Gi}`",
        near_miss: "a limit of `2Gi`",
        equivalents: &[],
        check: Check::States(range_broken),
    },
];

/// The fields of a quota that the files can be held against: the list of the container, and the resource.
const COUNTED: [(&str, &str, &str); 6] = [
    ("requests.cpu", "requests", "cpu"),
    ("cpu", "requests", "cpu"),
    ("requests.memory", "requests", "memory"),
    ("memory", "requests", "memory"),
    ("limits.cpu", "limits", "cpu"),
    ("limits.memory", "limits", "memory"),
];

/// The fewest pods of what runs for long; what else the namespace holds is not in the files.
fn pods(view: &View<'_>, workload: &Workload<'_>) -> i64 {
    let known = view.workload(&workload.object.key);
    known.and_then(|workload| floor(view, workload)).map_or(0, |floor| floor.pods)
}

/// What the pods in the namespace of a quota ask for together at the least: for each field, in its unit.
fn asked(view: &View<'_>, quota: &Object) -> BTreeMap<&'static str, i128> {
    let mut asked: BTreeMap<&str, i128> = BTreeMap::new();
    for workload in view.workloads.iter().filter(|workload| same_namespace(workload.object, quota)) {
        let pods = i128::from(pods(view, workload));
        let mut add = |field, amount: i128| {
            let sum: &mut i128 = asked.entry(field).or_default();
            *sum = sum.saturating_add(amount);
        };
        add("pods", pods.saturating_mul(NANOS));
        for (field, list, resource) in COUNTED {
            let running = workload.containers.iter().filter(|container| !container.runs_first);
            let amounts = running.filter_map(|container| amount(container, list, resource));
            let each = amounts.fold(0, i128::saturating_add);
            add(field, pods.saturating_mul(each));
        }
    }
    asked
}

const NANOS: i128 = 1_000_000_000;

/// A limit stands in for a request that is not there (Kubernetes documentation, "Resource Management", "Note").
fn amount(container: &Container<'_>, list: &str, resource: &str) -> Option<i128> {
    let own = container.resource(list, resource);
    let found = if list == "requests" { own.or_else(|| container.resource("limits", resource)) } else { own };
    found.map(|(quantity, _)| quantity.nanos())
}

/// The fields of a quota that the namespace's pods go beyond, with what they ask for.
fn exceeded<'a>(view: &View<'_>, quota: &'a Object) -> Vec<(&'static str, &'a Value, i128)> {
    // A scoped quota counts some of the pods alone.
    if quota.at(&["spec", "scopes"]).is_some() || quota.at(&["spec", "scopeSelector"]).is_some() {
        return Vec::new();
    }
    let asked = asked(view, quota);
    asked
        .into_iter()
        .filter_map(|(field, sum)| {
            let hard = quota.at(&["spec", "hard", field])?;
            (sum > Quantity::of(hard).ok()?.nanos()).then_some((field, hard, sum))
        })
        .collect()
}

fn quota_exceeded(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for quota in change.after.of_kind("ResourceQuota") {
        let before = change.object_before(quota);
        let earlier = before.map(|before| exceeded(&change.before, before)).unwrap_or_default();
        for (field, hard, sum) in exceeded(&change.after, quota) {
            if earlier.iter().any(|(known, _, _)| *known == field) {
                continue;
            }
            let message = format!(
                "The pods of the namespace ask for {} of {field} at the least, and the quota allows {}: those beyond it \
                 are refused.",
                in_words(field, sum),
                shown_value(hard)
            );
            let path = Path::root().key("spec").key("hard").key(field);
            let was = before.and_then(|before| before.at(&["spec", "hard", field]));
            hits.push(Hit::new(Harm.certain(), quota, path, message).values(was, Some(hard)));
        }
    }
    hits
}

/// `3000m`, `1536Mi`, `7`: rounded up.
fn in_words(field: &str, nanos: i128) -> String {
    let (unit, size) = match field {
        "pods" => ("", NANOS),
        field if field.ends_with("memory") => ("Mi", NANOS << 20),
        _ => ("m", 1_000_000),
    };
    format!("{}{unit}", nanos.saturating_add(size - 1) / size)
}

/// The ranges for containers that hold in the namespace of a workload.
fn ranges<'a>(view: &View<'a>, workload: &Workload<'_>) -> Vec<(&'a Object, &'a Value)> {
    let ranges = view.of_kind("LimitRange").filter(|range| same_namespace(range, workload.object));
    ranges
        .flat_map(|range| {
            let limits = range.at(&["spec", "limits"]).and_then(Value::as_array).into_iter().flatten();
            limits.map(move |limit| (range, limit))
        })
        .filter(|(_, limit)| limit.get("type").and_then(Value::as_str) == Some("Container"))
        .collect()
}

/// How a container breaks a range: the field of the container, its value, the bound and what bounds it.
type Break<'a> = ([&'static str; 3], &'a Value, &'a Value, &'a Object);

fn breaks<'a>(view: &View<'a>, workload: &Workload<'_>, container: &Container<'a>) -> Vec<Break<'a>> {
    let mut found = Vec::new();
    for (range, limit) in ranges(view, workload) {
        for resource in ["cpu", "memory", "ephemeral-storage"] {
            for (bound, list) in [("max", "limits"), ("max", "requests"), ("min", "requests")] {
                let Some(allowed) = limit.get(bound).and_then(|bound| bound.get(resource)) else { continue };
                let (Some((amount, value)), Ok(most)) =
                    (container.resource(list, resource), Quantity::of(allowed))
                else {
                    continue;
                };
                if (bound == "max" && amount > most) || (bound == "min" && amount < most) {
                    found.push((["resources", list, resource], value, allowed, range));
                }
            }
        }
    }
    found
}

fn range_broken(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers_after() {
        let earlier = before
            .map(|(workload, container)| breaks(&change.before, workload, container))
            .unwrap_or_default();
        for (keys, value, allowed, range) in breaks(&change.after, workload, after) {
            if earlier.iter().any(|(known, _, _, _)| *known == keys) {
                continue;
            }
            let message = format!(
                "The {} of {}, {}, is beyond {}, which {} sets: its pods are refused.",
                shown(&keys[1..].join(" ")),
                after.named(),
                shown_value(value),
                shown_value(allowed),
                named(range)
            );
            let was = before.and_then(|(_, container)| container.at(&keys));
            let hit = Hit::new(Harm.certain(), workload.object, after.path_of(&keys), message);
            hits.push(hit.values(was, Some(value)));
        }
    }
    hits
}
