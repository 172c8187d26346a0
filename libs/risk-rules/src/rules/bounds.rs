//! The bounds of autoscalers, and the priority of pods.

use kube_model::{Object, Path, shown, shown_list};
use serde_json::Value;

use crate::Impact::{Disaster, Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, View, Workload, autoscaler_of, floor, named};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "autoscaler-ceiling-cut",
        group: Group::Availability,
        title: "An autoscaler may make fewer pods than before, or no more than it always has",
        levels: [Level::Low, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/",
        remedy: "Compare the new bound with the most pods of the last weeks, or keep the old one.",
        fires: "`maxReplicas: 12` becomes `6`",
        near_miss: "`maxReplicas: 12` becomes `16`",
        equivalents: &[],
        check: Check::States(ceiling_cut),
    },
    Rule {
        id: "autoscaler-to-zero",
        group: Group::Availability,
        title: "An autoscaler may take every pod away, where some always ran",
        levels: [Level::Medium, Level::Critical],
        source: "https://keda.sh/docs/latest/reference/scaledobject-spec/#minreplicacount",
        remedy: "Keep a lower bound of two where requests come in; where work waits in a queue, say how long it may.",
        fires: "`minReplicaCount: 4` of a ScaledObject becomes `0`, or is removed; it is paused at 0 pods",
        near_miss: "a new ScaledObject for a worker that no Service selects",
        equivalents: &[],
        check: Check::States(to_zero),
    },
    Rule {
        id: "autoscaler-removed",
        group: Group::Availability,
        title: "A workload loses its autoscaler",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#implicit-maintenance-mode-deactivation",
        remedy: "Set spec.replicas to what the load needs, or keep the autoscaler.",
        fires: "a HorizontalPodAutoscaler is removed, and its Deployment stays",
        near_miss: "a ScaledObject takes its place; the Deployment goes too",
        equivalents: &[],
        check: Check::States(autoscaler_removed),
    },
    Rule {
        id: "priority-lowered",
        group: Group::Availability,
        title: "The pods of a workload get a lower priority",
        levels: [Level::Low, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
        remedy: "Keep the class, or make sure that others may push these pods off a full node.",
        fires: "`priorityClassName: system-cluster-critical` is removed",
        near_miss: "the class changes to one with a higher value",
        equivalents: &["kube-linter/priority-class-name"],
        check: Check::States(priority_lowered),
    },
];

/// An autoscaler's bounds, and the field of the upper one.
struct Bounds {
    least: i64,
    most: i64,
    field: &'static str,
}

/// KEDA's default of `maxReplicaCount` is 100, and of `minReplicaCount` 0.
fn bounds(autoscaler: &Object) -> Option<Bounds> {
    let number = |field: &str| autoscaler.at(&["spec", field]).and_then(Value::as_i64);
    match autoscaler.key.kind.as_str() {
        "ScaledObject" => Some(Bounds {
            least: number("minReplicaCount").unwrap_or(0),
            most: number("maxReplicaCount").unwrap_or(100),
            field: "maxReplicaCount",
        }),
        _ => Some(Bounds {
            least: number("minReplicas").unwrap_or(1),
            most: number("maxReplicas")?,
            field: "maxReplicas",
        }),
    }
}

fn autoscalers<'a>(view: &View<'a>) -> Vec<&'a Object> {
    view.of_kind("HorizontalPodAutoscaler").chain(view.custom("keda.sh", "ScaledObject")).collect()
}

fn ceiling_cut(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for after in autoscalers(&change.after) {
        let Some(before) = change.object_before(after) else { continue };
        let (Some(was), Some(is)) = (bounds(before), bounds(after)) else { continue };
        let Some((risk, message)) = judge_ceiling(&was, &is) else { continue };
        let path = Path::root().key("spec").key(is.field);
        hits.push(Hit::new(risk, after, path, message).before(Some(was.most)).after(Some(is.most)));
    }
    hits
}

fn judge_ceiling(was: &Bounds, is: &Bounds) -> Option<(Risk, String)> {
    // The API server refuses such bounds, and `value-refused` says so.
    if is.least > is.most {
        return None;
    }
    if is.most <= is.least && was.most > was.least {
        let message = format!("Both its bounds are {}: it cannot answer to load any more.", is.most);
        return Some((Safeguard.certain(), message));
    }
    let message = format!(
        "It may make {} pods instead of {}; more load than they carry finds none.",
        is.most, was.most
    );
    let risk = if is.most.saturating_mul(2) <= was.most { Harm.possible() } else { Safeguard.possible() };
    (is.most < was.most).then_some((risk, message))
}

const PAUSED: &str = "autoscaling.keda.sh/paused-replicas";

fn is_paused_at_none(scaler: &Object) -> bool {
    scaler.text(&["metadata", "annotations", PAUSED]) == Some("0")
}

/// Whether an autoscaler takes the last pod when there is nothing to do (KEDA documentation, "ScaledObject specification":
/// `minReplicaCount` is 0 where it is left out, and `idleReplicaCount` counts while no trigger is active).
fn goes_to_none(view: &View<'_>, workload: &Workload<'_>) -> bool {
    let Some(scaler) = autoscaler_of(view, workload) else { return false };
    let idle = scaler.object.at(&["spec", "idleReplicaCount"]).and_then(Value::as_i64);
    scaler.least == 0 || idle == Some(0)
}

fn to_zero(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let (Some(was), Some(scaler)) = (floor(&change.before, before), autoscaler_of(&change.after, after))
        else {
            continue;
        };
        let is_off = |workload: &Workload<'_>| workload.replicas().and_then(Value::as_i64) == Some(0);
        if was.pods == 0 || is_off(after) || goes_to_none(&change.before, before) {
            continue;
        }
        let old = change.object_before(scaler.object);
        let services: Vec<String> =
            change.services_of(after).iter().map(|name| format!("Service {}", shown(name))).collect();
        if is_paused_at_none(scaler.object) && !old.is_some_and(is_paused_at_none) {
            let (risk, who) = match services.is_empty() {
                true => (Harm.certain(), "nothing of it runs".to_owned()),
                false => (Disaster.certain(), format!("{} has nobody to answer", shown_list(&services, 3))),
            };
            let message =
                format!("KEDA is paused at 0 pods of {} by an annotation: {who}.", named(after.object));
            let path = Path::root().key("metadata").key("annotations").key(PAUSED);
            hits.push(Hit::new(risk, scaler.object, path, message).after(Some("0")));
            continue;
        }
        if !goes_to_none(&change.after, after) || (services.is_empty() && old.is_none()) {
            continue;
        }
        let (risk, who) = match services.is_empty() {
            true => (Safeguard.likely(), "what comes in waits until one has started".to_owned()),
            false => (
                Harm.likely(),
                format!("{} has nobody to answer until one has started", shown_list(&services, 3)),
            ),
        };
        let message = format!(
            "While there is nothing to do it takes every pod of {}, of which at least {} ran: {who}.",
            named(after.object),
            was.pods
        );
        let field =
            if scaler.least == 0 { scaler.path } else { Path::root().key("spec").key("idleReplicaCount") };
        let value =
            |object: &Object| field.get(object.key.schema(), &object.value).map(std::borrow::Cow::into_owned);
        let hit = Hit::new(risk, scaler.object, field.clone(), message);
        hits.push(hit.before(old.and_then(value)).after(value(scaler.object)));
    }
    hits
}

fn autoscaler_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let Some(scaler) = autoscaler_of(&change.before, before) else { continue };
        if change.object_after(scaler.object).is_some() || autoscaler_of(&change.after, after).is_some() {
            continue;
        }
        let count = match after.replicas() {
            Some(pods) => format!("{pods} pods are all that there will be"),
            None => "it keeps the number of pods that it happens to have".to_owned(),
        };
        let message = format!("Nothing scales {} any more: {count}.", named(after.object));
        hits.push(
            Hit::new(Safeguard.certain(), scaler.object, Path::root(), message)
                .values(Some(&scaler.object.value), None),
        );
    }
    hits
}

const CLASS: &str = "priorityClassName";

fn class<'a>(workload: &Workload<'a>) -> Option<&'a str> {
    workload.pod.get(CLASS).and_then(Value::as_str).filter(|name| !name.is_empty())
}

/// The value of a class, if it is in the files or one of Kubernetes' own.
fn value_of(view: &View<'_>, class: &str) -> Option<i64> {
    match class {
        "system-cluster-critical" => Some(2_000_000_000),
        "system-node-critical" => Some(2_000_001_000),
        _ => view.named_in("PriorityClass", class, None)?.value.get("value")?.as_i64(),
    }
}

fn priority_lowered(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let (Some(was), is) = (class(before), class(after)) else { continue };
        let of = |view: &View<'_>, class| value_of(view, class);
        let (risk, message) = match (of(&change.before, was), is.map(|is| (is, of(&change.after, is)))) {
            (_, Some((is, _))) if is == was => continue,
            (Some(high), Some((_, Some(low)))) if low >= high => continue,
            (known, None) if known.is_some_and(|value| value <= 0) => continue,
            (_, None) => (Safeguard.likely(), format!("Its pods lose the priority class {}", shown(was))),
            (Some(_), Some((is, Some(_)))) => {
                (Safeguard.likely(), format!("The priority class {} is below {}", shown(is), shown(was)))
            }
            (_, Some((is, _))) => (
                Safeguard.possible(),
                format!("The priority class becomes {} instead of {}", shown(is), shown(was)),
            ),
        };
        let message = format!("{message}: on a full node they may have to make room for others.");
        let hit = Hit::new(risk, after.object, after.path.key(CLASS), message);
        hits.push(hit.before(Some(was)).after(is));
    }
    hits
}
