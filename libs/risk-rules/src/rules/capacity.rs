//! Memory and the bounds of containers.

use kube_model::{Quantity, shown, shown_value};
use serde_json::{Map, Value};

use super::usage::use_of;
use crate::Impact::{Harm, Safeguard};
use crate::level::Risk;
use crate::model::{Change, Container};
use crate::rule::{Check, Group, Hit, Rule};
use crate::{Facts, Level};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "memory-limit-lowered",
        group: Group::Capacity,
        title: "The memory limit of a container falls",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-limits-are-run",
        remedy: "Compare the new limit with the container's highest use over the last weeks, or keep the old one.",
        fires: "`limits.memory: 512Mi` becomes `256Mi`",
        near_miss: "`512Mi` becomes `0.5Gi`, which is the same; its highest use was measured",
        equivalents: &[],
        check: Check::With(memory_limit_lowered),
    },
    Rule {
        id: "memory-limit-removed",
        group: Group::Capacity,
        title: "The memory limit of a container vanishes",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/#if-you-do-not-specify-a-memory-limit",
        remedy: "Set a memory limit again, or make sure that a LimitRange sets one.",
        fires: "`limits.memory` is removed",
        near_miss: "a CPU limit is added beside it",
        equivalents: &["kube-linter/unset-memory-requirements"],
        check: Check::States(memory_limit_removed),
    },
    Rule {
        id: "request-above-limit",
        group: Group::Rollout,
        title: "A container asks for more than its limit allows",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
        remedy: "Raise the limit to the request or above.",
        fires: "a request of `640Mi` under a limit of `512Mi`",
        near_miss: "the request is raised to the limit",
        equivalents: &[],
        check: Check::States(request_above_limit),
    },
];

const LIMIT: [&str; 3] = ["resources", "limits", "memory"];

/// Where the use was measured, `memory-limit-below-use` says whether the limit is enough for it.
fn memory_limit_lowered(change: &Change<'_>, facts: &Facts) -> Vec<Hit> {
    change
        .containers()
        .filter_map(|(workload, before, after)| {
            let (was, was_value) = before.resource("limits", "memory")?;
            let (is, value) = after.resource("limits", "memory")?;
            if is >= was {
                return None;
            }
            let fall = format!(
                "The memory limit of {} falls from {} to {}",
                after.named(),
                shown_value(was_value),
                shown_value(value)
            );
            let request = after.resource("requests", "memory").filter(|(request, _)| *request > is);
            if request.is_none() && use_of(facts, workload, after, "memory").is_some() {
                return None;
            }
            let (risk, message) = match request {
                Some((_, request)) => (
                    Harm.likely(),
                    format!("{fall}, which is below its request of {}.", shown_value(request)),
                ),
                None => (fall_level(was, is), format!("{fall}; the kernel kills it when it uses more.")),
            };
            let hit = Hit::new(risk, workload.object, after.path_of(&LIMIT), message);
            Some(hit.values(Some(was_value), Some(value)))
        })
        .collect()
}

/// High from a quarter on: few containers run with that much to spare.
fn fall_level(was: Quantity, is: Quantity) -> Risk {
    match is.nanos() * 4 <= was.nanos() * 3 {
        true => Harm.likely(),
        false => Harm.possible(),
    }
}

fn memory_limit_removed(change: &Change<'_>) -> Vec<Hit> {
    change
        .containers()
        .filter_map(|(workload, before, after)| {
            let (_, was) = before.resource("limits", "memory")?;
            if after.at(&LIMIT).is_some() {
                return None;
            }
            let message = format!(
                "The memory limit of {}, {}, is gone: it may take all the memory of its node from the others there.",
                after.named(),
                shown_value(was)
            );
            let hit = Hit::new(Safeguard.likely(), workload.object, after.path_of(&LIMIT), message);
            Some(hit.values(Some(was), None))
        })
        .collect()
}

fn request_above_limit(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers_after() {
        let before = before.map(|(_, container)| container);
        for resource in limited(after) {
            let Some((request, limit)) = excess(after, resource) else { continue };
            let was_so = before.is_some_and(|before| excess(before, resource).is_some());
            if was_so || (resource == "memory" && is_lowered(before, after)) {
                continue;
            }
            let message = format!(
                "The {} request of {}, {}, is above its limit of {}: the API server refuses such a pod.",
                shown(resource),
                after.named(),
                shown_value(request),
                shown_value(limit)
            );
            let keys = ["resources", "requests", resource];
            let was = before.and_then(|before| before.at(&keys));
            let hit = Hit::new(Harm.certain(), workload.object, after.path_of(&keys), message);
            hits.push(hit.values(was, Some(request)));
        }
    }
    hits
}

/// The resources that have a limit.
fn limited<'a>(container: &Container<'a>) -> impl Iterator<Item = &'a str> {
    let limits = container.at(&["resources", "limits"]).and_then(Value::as_object);
    limits.into_iter().flat_map(Map::keys).map(String::as_str)
}

/// Request and limit, if the request is above the limit.
fn excess<'a>(container: &Container<'a>, resource: &str) -> Option<(&'a Value, &'a Value)> {
    let (request, request_value) = container.resource("requests", resource)?;
    let (limit, limit_value) = container.resource("limits", resource)?;
    (request > limit).then_some((request_value, limit_value))
}

/// Whether `memory-limit-lowered` says it already.
fn is_lowered(before: Option<&Container<'_>>, after: &Container<'_>) -> bool {
    let limit = |container: &Container<'_>| container.resource("limits", "memory").map(|(limit, _)| limit);
    before.and_then(limit).is_some_and(|was| limit(after).is_some_and(|is| is < was))
}
