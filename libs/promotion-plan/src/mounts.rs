//! A container mounts a volume of its own pod: one without the other is refused by Kubernetes.

use kube_model::{Path, Segment, pod};
use serde_json::Value;

use crate::decide::{Decision, Verdict};

/// Holds a volume that something still mounts, and what mounts a volume that does not come. `after` is the object
/// with everything that is carried now. Says whether something changed.
pub(crate) fn settle(kind: &str, after: &Value, decisions: &mut [Decision]) -> bool {
    let Some(keys) = pod::spec_path(kind) else { return false };
    let Some(spec) = keys.iter().try_fold(after, |value, key| value.get(key)) else { return false };
    let volumes: Vec<&str> = names(spec.get("volumes"))
        .chain(after.pointer("/spec/volumeClaimTemplates").into_iter().flat_map(claims))
        .collect();
    let mounted: Vec<(String, String)> = containers(spec).flat_map(mounts_of).collect();
    let mut changed = false;
    for (container, volume) in mounted.iter().filter(|(_, volume)| !volumes.contains(&volume.as_str())) {
        let position =
            decisions.iter().position(|decision| is_volume(&decision.differing.place.path, volume));
        let Some(position) = position else { continue };
        let decision = &mut decisions[position];
        if decision.verdict == Verdict::Carried && decision.differing.source.is_none() {
            decision.change(Verdict::Blocked, format!("container {container} still mounts it"));
            changed = true;
        } else if decision.verdict != Verdict::Carried {
            let (verdict, reason) = (decision.verdict, format!("goes with volumes[name={volume}]"));
            changed |= hold_what_mounts(volume, decisions, verdict, &reason);
        }
    }
    changed
}

fn hold_what_mounts(volume: &str, decisions: &mut [Decision], verdict: Verdict, reason: &str) -> bool {
    let mut changed = false;
    for decision in decisions.iter_mut().filter(|decision| decision.is_carried()) {
        let value = decision.becomes.clone().unwrap_or_default();
        let is_mount = decision.differing.place.path.last_key() == Some("volumeMounts");
        let mounts = match is_mount {
            true => {
                names(Some(&value)).any(|name| name == volume)
                    || value.get("name") == Some(&Value::from(volume))
            }
            false => names(value.get("volumeMounts")).any(|name| name == volume),
        };
        if mounts {
            decision.change(verdict, reason.to_owned());
            changed = true;
        }
    }
    changed
}

fn containers(spec: &Value) -> impl Iterator<Item = &Value> {
    pod::CONTAINER_LISTS.iter().filter_map(|list| spec.get(*list)?.as_array()).flatten()
}

fn mounts_of(container: &Value) -> Vec<(String, String)> {
    let name = container.get("name").and_then(Value::as_str).unwrap_or_default();
    names(container.get("volumeMounts")).map(|volume| (name.to_owned(), volume.to_owned())).collect()
}

fn names(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let items = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(|item| item.get("name")?.as_str())
}

fn claims(templates: &Value) -> impl Iterator<Item = &str> {
    let items = templates.as_array().map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(|item| item.pointer("/metadata/name")?.as_str())
}

/// Whether a path is a pod's volume of this name, or the whole list of volumes.
fn is_volume(path: &Path, volume: &str) -> bool {
    path.last_key() == Some("volumes")
        && match path.segments().last() {
            Some(Segment::Item(fields)) => fields.iter().any(|(key, name)| key == "name" && name == volume),
            last => matches!(last, Some(Segment::Key(_))),
        }
}
