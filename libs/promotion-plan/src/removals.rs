//! Objects that the source has dropped since the base.

use std::collections::BTreeSet;

use kube_model::{Object, ObjectKey, Path, Place, scope};
use serde_json::Value;

use crate::decide::{Decision, Grounds, Ruling, Verdict, ruling};
use crate::parts::{self, Merged};
use crate::table::{self, Action};
use crate::{places, references};

/// Kinds whose removal is asked for by name: they hold data, or protect what runs.
const ASKED: [&str; 7] = [
    "CustomResourceDefinition",
    "Namespace",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "Secret",
    "StatefulSet",
];
/// Custom resources that hold no data and delete nothing else with them.
const STATELESS_CUSTOM: [&str; 27] = [
    "AnalysisTemplate",
    "AuthorizationPolicy",
    "Certificate",
    "DestinationRule",
    "EnvoyFilter",
    "GRPCRoute",
    "Gateway",
    "HTTPRoute",
    "IngressRoute",
    "Middleware",
    "PeerAuthentication",
    "PodMonitor",
    "Probe",
    "PrometheusRule",
    "ReferenceGrant",
    "RequestAuthentication",
    "Rollout",
    "ScaledJob",
    "ScaledObject",
    "ScrapeConfig",
    "ServiceEntry",
    "ServiceMonitor",
    "TCPRoute",
    "TLSRoute",
    "TriggerAuthentication",
    "VerticalPodAutoscaler",
    "VirtualService",
];

/// Decides about an object that the source has dropped; whether something still needs it is seen later, once it
/// is known what else goes.
pub(crate) fn rule(
    grounds: &Grounds<'_>,
    target: &Object,
    base: &Object,
    (action, _): (Action, &str),
) -> Ruling {
    let kind = target.key.kind.as_str();
    let by_name =
        format!("{kind}: its removal is asked for by name, with --take '{kind}/{}:'", target.key.name);
    let stateful =
        ASKED.contains(&kind) || matches!(kind, "SealedSecret" | "ExternalSecret" | "PersistentVolume");
    let built_in = scope::is_built_in_group(&target.key.group) && scope::is_built_in(kind);
    let unknown = !built_in && !STATELESS_CUSTOM.contains(&kind);
    if stateful || unknown {
        return ruling(Verdict::Blocked, by_name);
    }
    if action == Action::Apart {
        return ruling(Verdict::Pending, "an object of the whole cluster is promoted by itself");
    }
    let place = Place { object: target.key.clone(), path: Path::root() };
    match own_change(&place, &base.value, &target.value) {
        Some(path) => ruling(
            Verdict::Blocked,
            format!("{} changed it ({path}) since the last promotion; {by_name}", grounds.target_name),
        ),
        None => ruling(Verdict::Carried, "the release no longer has it"),
    }
}

/// The first path in which the target's copy of what goes differs from the base in more than what is its own anyway.
pub(crate) fn own_change(place: &Place, base: &Value, target: &Value) -> Option<String> {
    let found = diff_engine::compare_at(place.object.schema(), &place.path, base, target);
    let changed = places::merged(found).find(|difference| {
        let place = Place { object: place.object.clone(), path: difference.path.clone() };
        let same_version = || {
            let text = |value: &Option<Value>| value.as_ref().and_then(|v| v.as_str().map(str::to_owned));
            match (text(&difference.before), text(&difference.after)) {
                (Some(before), Some(after)) => kube_model::image::ImageRef::parse(&before)
                    .same_version(&kube_model::image::ImageRef::parse(&after)),
                _ => false,
            }
        };
        match table::row_of(&place, false).known {
            Action::Keep | Action::SecretValue | Action::Ciphertext => false,
            Action::CarryVersion => !same_version(),
            Action::Parts => {
                !only_kept_parts_differ(&place, difference.before.as_ref(), difference.after.as_ref())
            }
            _ => true,
        }
    });
    changed.map(|difference| difference.path.to_string())
}

/// Whether carrying the target's own list over to the base would change nothing: then it differs in kept parts only.
fn only_kept_parts_differ(place: &Place, base: Option<&Value>, target: Option<&Value>) -> bool {
    let (Some(base), Some(target)) = (base, target) else { return false };
    parts::merge(place, Some(base), base, target) == Merged::Value(base.clone())
}

/// Blocks every removal of an object that something still needs which stays. A reference from an object that
/// goes too does not count, so what is blocked may block more. Says whether something was blocked.
pub(crate) fn block_what_is_needed(
    decisions: &mut [Vec<Decision>],
    after: &[&Object],
    target: &[Object],
) -> bool {
    let mut any = false;
    let known: BTreeSet<&ObjectKey> = after.iter().map(|object| &object.key).collect();
    loop {
        let going: BTreeSet<ObjectKey> = decisions
            .iter()
            .flatten()
            .filter(|decision| is_carried_removal(decision))
            .map(|decision| decision.differing.place.object.clone())
            .collect();
        let removed = |key: &ObjectKey| target.iter().find(|object| object.key == *key);
        let staying: Vec<&Object> = after
            .iter()
            .copied()
            .filter(|object| !going.contains(&object.key))
            .chain(
                target.iter().filter(|object| !going.contains(&object.key) && !known.contains(&object.key)),
            )
            .collect();
        let mut blocked = false;
        for decision in decisions.iter_mut().flatten() {
            if !is_carried_removal(decision) || decision.is_taken() {
                continue;
            }
            let Some(object) = removed(&decision.differing.place.object) else { continue };
            if let Some(user) = needed_by(object, &staying) {
                let reason = format!("{}/{} still needs it", user.key.kind, user.key.name);
                decision.change(Verdict::Blocked, reason);
                blocked = true;
            }
        }
        if !blocked {
            return any;
        }
        any = true;
    }
}

pub(crate) fn is_carried_removal(decision: &Decision) -> bool {
    let is_object = decision.differing.place.path.is_root();
    is_object && decision.differing.source.is_none() && decision.is_carried()
}

fn needed_by<'a>(object: &Object, staying: &[&'a Object]) -> Option<&'a Object> {
    staying.iter().copied().find(|other| {
        references::is_needed_by(object, other)
            || (references::selects(other, object)
                && !staying.iter().any(|workload| references::selects(other, workload)))
    })
}
