//! What a quota demands of every pod.

use std::collections::BTreeSet;

use kube_model::{Object, Path, shown_list};
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, Container, View, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "quota-demand-unmet",
    group: Group::Capacity,
    title: "Containers lack a request or limit that the quota of their namespace demands",
    levels: [Level::High, Level::High],
    source: "https://kubernetes.io/docs/concepts/policy/resource-quotas/#requests-vs-limits",
    remedy: "Give every container the field, or add a LimitRange with a default for it first.",
    fires: "a quota with `limits.cpu` is added, and a container has no CPU limit",
    near_miss: "a LimitRange of the namespace has a default for it",
    equivalents: &[],
    check: Check::States(unmet),
}];

/// The fields by which a quota demands something of each container: its list, and the resource.
const DEMANDS: [(&str, &str, &str); 6] = [
    ("cpu", "requests", "cpu"),
    ("limits.cpu", "limits", "cpu"),
    ("limits.memory", "limits", "memory"),
    ("memory", "requests", "memory"),
    ("requests.cpu", "requests", "cpu"),
    ("requests.memory", "requests", "memory"),
];

/// Whether a LimitRange gives containers of the namespace what they lack: its default limit is a default request too.
fn has_default(view: &View<'_>, quota: &Object, list: &str, resource: &str) -> bool {
    let fields: &[&str] =
        if list == "limits" { &["default", "max"] } else { &["defaultRequest", "default", "max", "min"] };
    view.of_kind("LimitRange").filter(|range| same_namespace(range, quota)).any(|range| {
        let limits = range.at(&["spec", "limits"]).and_then(Value::as_array).into_iter().flatten();
        let of_containers =
            limits.filter(|limit| limit.get("type").and_then(Value::as_str) == Some("Container"));
        let mut given = of_containers.flat_map(|limit| fields.iter().filter_map(|field| limit.get(*field)));
        given.any(|given| given.get(resource).is_some())
    })
}

/// A limit stands in for a request that is not there.
fn lacks(container: &Container<'_>, list: &str, resource: &str) -> bool {
    let has = |list: &str| container.at(&["resources", list, resource]).is_some();
    let stands_in = list == "requests" && has("limits");
    !has(list) && !stands_in
}

/// The workloads in the namespace of a quota whose pods it refuses for want of a field.
fn lacking(view: &View<'_>, quota: &Object, (field, list, resource): (&str, &str, &str)) -> BTreeSet<String> {
    let is_scoped = quota.at(&["spec", "scopes"]).is_some() || quota.at(&["spec", "scopeSelector"]).is_some();
    if is_scoped || quota.at(&["spec", "hard", field]).is_none() || has_default(view, quota, list, resource) {
        return BTreeSet::new();
    }
    let own = quota.key.namespace.as_deref();
    view.workloads
        .iter()
        .filter(|workload| own.is_some() && workload.object.key.namespace.as_deref() == own)
        .filter(|workload| workload.containers.iter().any(|container| lacks(container, list, resource)))
        .map(|workload| workload.named())
        .collect()
}

fn unmet(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for quota in change.after.of_kind("ResourceQuota") {
        let before = change.object_before(quota);
        for demand in DEMANDS {
            let is = lacking(&change.after, quota, demand);
            if is.is_empty() {
                continue;
            }
            let was = before.map(|before| lacking(&change.before, before, demand)).unwrap_or_default();
            let new: Vec<String> = is.difference(&was).cloned().collect();
            if new.is_empty() {
                continue;
            }
            let (field, list, resource) = demand;
            let what = if list == "limits" { "limit" } else { "request" };
            let have = if new.len() == 1 { "has" } else { "have" };
            let message = format!(
                "The quota counts {field}, and {} {have} containers without a {resource} {what}: their new pods are refused.",
                shown_list(&new, 3)
            );
            let path = Path::root().key("spec").key("hard").key(field);
            let was = before.and_then(|before| before.at(&["spec", "hard", field]));
            let hit = Hit::new(Harm.certain(), quota, path, message);
            hits.push(hit.values(was, quota.at(&["spec", "hard", field])));
        }
    }
    hits
}
