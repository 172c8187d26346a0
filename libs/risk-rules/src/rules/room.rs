//! Pods for which the target's nodes have no room.

use kube_model::{Object, ObjectRef, Path};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{Facts, Level, PodsOf, RoomFacts};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "pods-without-room",
        group: Group::Capacity,
        title: "More pods stay Pending than before: no node that is there or may come has room for them",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/",
        remedy: "Lower what the pods ask for, let the node group grow, or add nodes that fit them.",
        fires: "pods of a Deployment ask for 24 GiB, and no node of the target has so much",
        near_miss: "the pods fit, or as many waited before the change",
        equivalents: &[],
        check: Check::Facts(Missing::Nodes, pods_without_room),
    },
    Rule {
        id: "rollout-without-room",
        group: Group::Capacity,
        title: "A rollout that may take no old pod away first has no room for a new one",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment",
        remedy: "Set maxUnavailable to 1 or more, let the node group grow for the time of the rollout, or make room.",
        fires: "another image of a Deployment of three pods that fill the only node: `maxUnavailable` of 25 % is none of three",
        near_miss: "the same Deployment with `maxUnavailable: 1`, or with room for one pod more",
        equivalents: &[],
        check: Check::Facts(Missing::Nodes, rollout_without_room),
    },
];

/// What a pod's place depends on, beside the requests of its containers.
const PLACE: [&str; 5] =
    ["nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "priorityClassName"];

fn pods_without_room(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let Some(room) = &facts.room else {
        return if change.after.objects().any(|object| asks_for_more(change, object)) {
            Err(Missing::Nodes)
        } else {
            Ok(Vec::new())
        };
    };
    let more = room.waiting.iter().filter(|waiting| waiting.after > waiting.before);
    let hits = more.map(|waiting| {
        let risk = match waiting.after == waiting.wanted {
            true => Harm.certain(),
            false => Safeguard.certain(),
        };
        let message = format!(
            "{}. Before the change {} waited; {} are wanted.",
            waiting.text, waiting.before, waiting.wanted
        );
        let object = object_of(change, &waiting.pods);
        hit(risk, object, message, (Some(waiting.before), waiting.after))
    });
    Ok(hits.collect())
}

fn rollout_without_room(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    // Without nodes the other rule says what is missing.
    let Some(RoomFacts { stuck, .. }) = &facts.room else { return Ok(Vec::new()) };
    let hits = stuck.iter().map(|rollout| {
        let message = format!(
            "The rollout stops at its first step: it makes {} beside the old pods and may take none of those away first, and {}.",
            if rollout.surge == 1 { "1 new pod".to_owned() } else { format!("{} new pods", rollout.surge) },
            rollout.text
        );
        hit(Harm.certain(), object_of(change, &rollout.pods), message, (None, rollout.surge))
    });
    Ok(hits.collect())
}

fn hit(
    risk: crate::level::Risk,
    object: ObjectRef,
    message: String,
    (before, after): (Option<u32>, u32),
) -> Hit {
    let hit = Hit { risk, object, path: Path::root(), before: None, after: None, message, source: None };
    hit.before(before).after(Some(after))
}

/// Whether the pods of an object may need more room than before.
fn asks_for_more(change: &Change<'_>, object: &Object) -> bool {
    let Some(path) = kube_model::pod::spec_path(&object.key.kind) else { return false };
    let Some(before) = change.object_before(object) else { return object.at(path).is_some() };
    let replicas = |object: &Object| object.at(&["spec", "replicas"]).and_then(Value::as_u64);
    let part = |object: &Object, key: &str| object.at(path).and_then(|spec| spec.get(key)).cloned();
    let requests = |object: &Object| -> Vec<Option<Value>> {
        let containers = ["initContainers", "containers"].map(|key| part(object, key));
        let each = containers.iter().flatten().filter_map(Value::as_array).flatten();
        each.map(|container| container.get("resources").cloned()).collect()
    };
    replicas(object) > replicas(before)
        || requests(object) != requests(before)
        || PLACE.iter().any(|key| part(object, key) != part(before, key))
}

/// The object whose pods they are; pods that others have lost to the change may be of none of the state.
fn object_of(change: &Change<'_>, pods: &PodsOf) -> ObjectRef {
    let is_its = |object: &&Object| {
        // A manifest that names no namespace is of the one that it is applied in.
        let is_there = object.key.namespace.as_ref().is_none_or(|namespace| *namespace == pods.namespace);
        is_there && (&object.key.kind, &object.key.name) == (&pods.kind, &pods.name)
    };
    if let Some(object) = change.after.objects().find(is_its) {
        return ObjectRef::of(object);
    }
    let api_version = match pods.kind.as_str() {
        "Pod" | "ReplicationController" => "v1",
        "Job" | "CronJob" => "batch/v1",
        "Rollout" => "argoproj.io/v1alpha1",
        _ => "apps/v1",
    };
    ObjectRef {
        api_version: api_version.to_owned(),
        kind: pods.kind.clone(),
        namespace: Some(pods.namespace.clone()),
        name: pods.name.clone(),
    }
}
