//! What a promotion leaves behind.

use std::collections::BTreeSet;

use kube_model::{Object, Path, Place, Segment, shown, shown_list, shown_value, size};
use serde_json::Value;

use crate::model::{Change, Workload, references};
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{Level, PlanFacts, PlanItem};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "image-without-its-configuration",
        group: Group::Promotion,
        title: "An image is carried while configuration that came with it stays behind",
        level: Level::High,
        source: "https://kubernetes.io/docs/concepts/configuration/configmap/#motivation",
        remedy: "Carry the configuration too, or make sure that the target's own value suits the new image.",
        check: Check::Plan(image_without_its_configuration),
    },
    Rule {
        id: "source-resize-not-carried",
        group: Group::Promotion,
        title: "The source changed a size that the target keeps",
        level: Level::Low,
        source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
        remedy: "Decide whether the target needs the new size too; --take carries it.",
        check: Check::Plan(source_resize_not_carried),
    },
];

type Stay<'p> = (&'p PlanItem, &'static str);

fn image_without_its_configuration(change: &Change<'_>, plan: &PlanFacts) -> Result<Vec<Hit>, Missing> {
    let stays = what_stays(plan);
    let mut hits = Vec::new();
    let mut told = BTreeSet::new();
    for image in plan.carried.iter().filter(|item| is_image(&item.place.path)) {
        // Without a base nobody knows which settings came with the image.
        image.source_changed.ok_or(Missing::Base)?;
        let Some(workload) = change.after.workload(&image.place.object) else { continue };
        let left: Vec<String> = stays
            .iter()
            .filter(|(item, _)| came_with(workload, &image.place, &item.place, &stays))
            .map(|(item, what)| format!("{} ({what})", name(&image.place, &item.place)))
            .collect();
        // What all the containers of a pod share is said once.
        if left.is_empty() || !told.insert((&image.place.object, left.clone())) {
            continue;
        }
        let message = format!(
            "The image {} is carried, but configuration that changed with it stays behind: {}.",
            image.after.as_ref().map(shown_value).unwrap_or_default(),
            shown_list(&left, 5)
        );
        let hit = Hit::new(Level::High, workload.object, image.place.path.clone(), message);
        hits.push(hit.values(image.before.as_ref(), image.after.as_ref()));
    }
    Ok(hits)
}

/// What the source changed and the target does not get, and what the plan does with it.
fn what_stays(plan: &PlanFacts) -> Vec<Stay<'_>> {
    [(&plan.blocked, "blocked"), (&plan.pending, "pending"), (&plan.kept, "kept")]
        .into_iter()
        .flat_map(|(items, what)| items.iter().map(move |item| (item, what)))
        .filter(|(item, _)| item.source_changed == Some(true))
        .collect()
}

fn is_image(path: &Path) -> bool {
    path.segments().last() == Some(&Segment::Key("image".to_owned())) && container_of(path).is_some()
}

/// The path of the container that a path lies in.
fn container_of(path: &Path) -> Option<Path> {
    let list = path.segments().iter().position(
        |segment| matches!(segment, Segment::Key(key) if key == "containers" || key == "initContainers"),
    )?;
    path.segments().get(..list + 2).map(|segments| segments.iter().cloned().collect())
}

/// Whether what stays behind is configuration of the container with this image: its own environment,
/// arguments and commands, what its pod mounts, and the ConfigMaps and Secrets that the pod reads.
fn came_with(workload: &Workload<'_>, image: &Place, item: &Place, stays: &[Stay<'_>]) -> bool {
    if item.object == image.object {
        return match container_of(&item.path) {
            Some(container) => {
                Some(&container) == container_of(&image.path).as_ref() && is_setting(&container, &item.path)
            }
            None => item.path.segments().contains(&Segment::Key("volumes".to_owned())),
        };
    }
    let kind = match item.object.kind.as_str() {
        "ConfigMap" => "ConfigMap",
        "Secret" | "SealedSecret" | "ExternalSecret" => "Secret",
        _ => return false,
    };
    let reads = references(workload)
        .iter()
        .any(|reference| reference.kind == kind && reference.name == item.object.name);
    reads || stays.iter().any(|(stay, _)| stay.place.object == image.object && refers_to(stay, item))
}

fn is_setting(container: &Path, path: &Path) -> bool {
    matches!(
        path.segments().get(container.segments().len()),
        Some(Segment::Key(key)) if matches!(key.as_str(), "env" | "envFrom" | "args" | "command" | "volumeMounts")
    )
}

/// Whether a value of the source that stays behind names the object, as a new reference to a Secret does.
fn refers_to(stay: &PlanItem, item: &Place) -> bool {
    stay.after.as_ref().is_some_and(|value| mentions(value, &item.object.name))
}

fn mentions(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => text == name,
        Value::Array(items) => items.iter().any(|item| mentions(item, name)),
        Value::Object(map) => map.values().any(|value| mentions(value, name)),
        _ => false,
    }
}

/// `env LOG_LEVEL`, `ConfigMap app data.LEVEL`.
fn name(image: &Place, item: &Place) -> String {
    if item.object != image.object {
        let object = format!("{} {}", shown(&item.object.kind), shown(&item.object.name));
        return match item.path.is_root() {
            true => object,
            false => format!("{object} {}", shown(&item.path.to_string())),
        };
    }
    let container = container_of(&item.path).unwrap_or_default();
    let below: Path = item.path.segments()[container.segments().len()..].iter().cloned().collect();
    shown(&below.to_string())
}

fn source_resize_not_carried(change: &Change<'_>, plan: &PlanFacts) -> Result<Vec<Hit>, Missing> {
    let mut hits = Vec::new();
    for item in plan.kept.iter().filter(|item| size_of(&item.place).is_some()) {
        let changed = item.source_changed.ok_or(Missing::Base)?;
        if let (true, Some(object)) = (changed, change.after.object(&item.place.object)) {
            hits.push(resize_hit(object, item));
        }
    }
    Ok(hits)
}

fn resize_hit(object: &Object, item: &PlanItem) -> Hit {
    let value = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), shown_value);
    let message = format!(
        "The source changed {} to {}; the target keeps {}.",
        size_of(&item.place).unwrap_or_default(),
        value(&item.after),
        value(&item.before)
    );
    Hit::new(Level::Low, object, item.place.path.clone(), message)
        .values(item.before.as_ref(), item.after.as_ref())
}

fn size_of(place: &Place) -> Option<String> {
    size::in_words(&place.object.kind, &place.path)
}
