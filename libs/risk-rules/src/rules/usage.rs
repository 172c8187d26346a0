//! Limits and requests held against what containers were measured to use.

use kube_model::{Quantity, shown_value};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::level::Risk;
use crate::model::{Change, Container, Workload};
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{ContainerUse, Facts, Level};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "memory-limit-below-use",
        group: Group::Capacity,
        title: "A new memory limit is below what the container was measured to use",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/#exceed-a-container-s-memory-limit",
        remedy: "Set the limit above the highest use, with room for a busy day.",
        fires: "a limit of `256Mi` where the container used `300Mi`",
        near_miss: "a limit of `512Mi` there",
        equivalents: &[],
        check: Check::Facts(Missing::Usage, memory_limit_below_use),
    },
    Rule {
        id: "cpu-limit-below-use",
        group: Group::Capacity,
        title: "A new CPU limit is below what the container was measured to use",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-limits-are-run",
        remedy: "Set the limit above the highest use, or leave it out and rely on requests.",
        fires: "a limit of `500m` where the container used 0.8 cores",
        near_miss: "a limit of `1` there",
        equivalents: &[],
        check: Check::Facts(Missing::Usage, cpu_limit_below_use),
    },
    Rule {
        id: "request-far-below-use",
        group: Group::Capacity,
        title: "A request falls below half of what the container was measured to use",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#pod-selection-for-kubelet-eviction",
        remedy: "Ask for about what the container uses: the scheduler and evictions go by the request.",
        fires: "a memory request of `64Mi` where the container used `300Mi`",
        near_miss: "a request of `256Mi` there",
        equivalents: &[],
        check: Check::Facts(Missing::Usage, request_far_below_use),
    },
];

/// A field that is held against use.
struct Field {
    list: &'static str,
    resource: &'static str,
    /// Fires below this many hundredths of the use.
    share: i128,
    risk: Risk,
    /// What follows, as the end of a sentence.
    follows: &'static str,
}

fn memory_limit_below_use(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let follows = "the kernel kills it when it does so again";
    held(
        change,
        facts,
        &[Field { list: "limits", resource: "memory", share: 100, risk: Harm.likely(), follows }],
    )
}

fn cpu_limit_below_use(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let follows = "it is throttled when it does so again";
    held(
        change,
        facts,
        &[Field { list: "limits", resource: "cpu", share: 100, risk: Safeguard.likely(), follows }],
    )
}

fn request_far_below_use(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let field = |resource, follows| Field {
        list: "requests",
        resource,
        share: 50,
        risk: Safeguard.likely(),
        follows,
    };
    let fields = [
        field("memory", "its pods are among the first to be evicted from a full node"),
        field("cpu", "its node may be too full to give it that"),
    ];
    held(change, facts, &fields)
}

/// The hits of the fields that get smaller. Where one of them gets smaller and nothing is known of its container's use,
/// and no other is a hit, the rule was not evaluated.
fn held(change: &Change<'_>, facts: &Facts, fields: &[Field]) -> Result<Vec<Hit>, Missing> {
    let (mut hits, mut unknown) = (Vec::new(), false);
    for (workload, before, after) in change.containers_after() {
        let before = before.map(|(_, container)| container);
        for field in fields {
            let Some((amount, value)) = smaller(before, after, field) else { continue };
            match use_of(facts, workload, after, field.resource) {
                Some((used, days)) if amount.nanos() * 100 < used.nanos() * field.share => {
                    hits.push(hit(workload, before, after, field, (value, used, days)));
                }
                Some(_) => {}
                None => unknown |= before.is_some(),
            }
        }
    }
    match hits.is_empty() && unknown {
        true => Err(Missing::Usage),
        false => Ok(hits),
    }
}

fn smaller<'a>(
    before: Option<&Container<'_>>,
    after: &Container<'a>,
    field: &Field,
) -> Option<(Quantity, &'a Value)> {
    let (is, value) = after.resource(field.list, field.resource)?;
    let was = before.and_then(|before| before.resource(field.list, field.resource));
    was.is_none_or(|(was, _)| is < was).then_some((is, value))
}

/// The most that a container was measured to use of a resource, and over how many days.
pub(super) fn use_of(
    facts: &Facts,
    workload: &Workload<'_>,
    container: &Container<'_>,
    resource: &str,
) -> Option<(Quantity, Option<u32>)> {
    let is_its =
        |used: &&ContainerUse| used.workload == workload.object.key && used.container == container.name;
    let used = facts.usage.as_ref()?.iter().find(is_its)?;
    let amount = if resource == "memory" { used.memory } else { used.cpu };
    amount.map(|amount| (amount, used.days))
}

fn hit(
    workload: &Workload<'_>,
    before: Option<&Container<'_>>,
    after: &Container<'_>,
    field: &Field,
    (value, used, days): (&Value, Quantity, Option<u32>),
) -> Hit {
    let what = if field.list == "limits" { "limit" } else { "request" };
    let resource = if field.resource == "cpu" { "CPU" } else { "memory" };
    let message = format!(
        "The {resource} {what} of {} becomes {}, and it used {}{}: {}.",
        after.named(),
        shown_value(value),
        in_words(field.resource, used),
        days.map(|days| format!(" within the last {days} days")).unwrap_or_default(),
        field.follows
    );
    let keys = ["resources", field.list, field.resource];
    let was = before.and_then(|before| before.at(&keys));
    Hit::new(field.risk, workload.object, after.path_of(&keys), message).values(was, Some(value))
}

/// `300Mi`, `800m`: rounded up.
fn in_words(resource: &str, amount: Quantity) -> String {
    const NANOS_OF_A_MEBIBYTE: i128 = 1_000_000_000 << 20;
    let (unit, nanos) = if resource == "memory" { ("Mi", NANOS_OF_A_MEBIBYTE) } else { ("m", 1_000_000) };
    format!("{}{unit}", (amount.nanos() + nanos - 1) / nanos)
}
