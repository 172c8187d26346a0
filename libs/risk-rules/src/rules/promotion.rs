//! What a promotion leaves behind.

use std::collections::{BTreeSet, HashMap, HashSet};

use kube_model::{Object, ObjectKey, Path, Place, Segment, shown, shown_list, shown_value, size};
use serde_json::Value;

use crate::Impact::{Harm, Notice};
use crate::model::{Change, Workload, references};
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{Level, PlanFacts, PlanItem};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "image-without-its-configuration",
        group: Group::Promotion,
        title: "An image is carried while configuration that came with it stays behind",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/configuration/configmap/#motivation",
        remedy: "Carry the configuration too, or make sure that the target's own value suits the new image.",
        fires: "an image is carried, the variable that came with it is kept",
        near_miss: "the variable was always different",
        equivalents: &[],
        check: Check::Plan(image_without_its_configuration),
    },
    Rule {
        id: "source-resize-not-carried",
        group: Group::Promotion,
        title: "The source changed a size that the target keeps",
        levels: [Level::Low, Level::Low],
        source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
        remedy: "Decide whether the target needs the new size too; --take carries it.",
        fires: "staging raised a memory limit, production keeps its own",
        near_miss: "the limits were always different",
        equivalents: &[],
        check: Check::Plan(source_resize_not_carried),
    },
];

type Stay<'p> = (&'p PlanItem, &'static str);

/// What the source changed and the target does not get, by the objects that it belongs to.
struct Stays<'p> {
    all: Vec<Stay<'p>>,
    of_object: HashMap<&'p ObjectKey, Vec<usize>>,
    /// Of ConfigMaps and Secrets, and of what makes them: by the name that a pod refers to.
    of_name: HashMap<&'p str, Vec<usize>>,
    /// A container's own environment, arguments, commands and mounts.
    of_container: HashMap<(&'p ObjectKey, Path), Vec<usize>>,
    /// What the containers of a pod may mount.
    of_volumes: HashMap<&'p ObjectKey, Vec<usize>>,
}

fn image_without_its_configuration(change: &Change<'_>, plan: &PlanFacts) -> Result<Vec<Hit>, Missing> {
    let stays = Stays::of(plan);
    let mut read: HashMap<&ObjectKey, Vec<usize>> = HashMap::new();
    let mut told = BTreeSet::new();
    let mut hits = Vec::new();
    for image in plan.carried.iter().filter(|item| is_image(&item.place.path)) {
        // Without a base nobody knows which settings came with the image.
        image.source_changed.ok_or(Missing::Base)?;
        let Some(workload) = change.after.workload(&image.place.object) else { continue };
        let shared =
            read.entry(&image.place.object).or_insert_with(|| stays.shared(workload, &image.place.object));
        let own = stays.of_container(&image.place);
        // What all the containers of a pod share is said once.
        if (own.is_empty() && shared.is_empty()) || !told.insert((&image.place.object, own)) {
            continue;
        }
        let message = format!(
            "The image {} is carried, but configuration that changed with it stays behind: {}.",
            image.after.as_ref().map(shown_value).unwrap_or_default(),
            stays.in_words(own, shared, &image.place)
        );
        let hit = Hit::new(Harm.likely(), workload.object, image.place.path.clone(), message);
        hits.push(hit.values(image.before.as_ref(), image.after.as_ref()));
    }
    Ok(hits)
}

/// How many of the settings that stay behind a sentence names.
const MOST_NAMES: usize = 5;

impl<'p> Stays<'p> {
    fn of(plan: &'p PlanFacts) -> Self {
        let all: Vec<Stay<'p>> =
            [(&plan.blocked, "blocked"), (&plan.pending, "pending"), (&plan.kept, "kept")]
                .into_iter()
                .flat_map(|(items, what)| items.iter().map(move |item| (item, what)))
                .filter(|(item, _)| item.source_changed == Some(true))
                .collect();
        let (mut of_object, mut of_name) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        let (mut of_container, mut of_volumes) =
            (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        for (index, (item, _)) in all.iter().enumerate() {
            let object = &item.place.object;
            of_object.entry(object).or_default().push(index);
            if referred_kind(object).is_some() {
                of_name.entry(object.name.as_str()).or_default().push(index);
            }
            let path = &item.place.path;
            match container_of(path) {
                Some(container) if is_setting(&container, path) => {
                    of_container.entry((object, container)).or_default().push(index);
                }
                None if path.segments().contains(&Segment::Key("volumes".to_owned())) => {
                    of_volumes.entry(object).or_default().push(index);
                }
                _ => {}
            }
        }
        Self { all, of_object, of_name, of_container, of_volumes }
    }

    fn own(&self, object: &ObjectKey) -> impl Iterator<Item = (usize, &'p PlanItem)> {
        self.of_object.get(object).into_iter().flatten().map(|index| (*index, self.all[*index].0))
    }

    /// Configuration of the container with this image alone, sorted.
    fn of_container(&self, image: &'p Place) -> &[usize] {
        let container = container_of(&image.path).unwrap_or_default();
        self.of_container.get(&(&image.object, container)).map_or(&[], Vec::as_slice)
    }

    /// Configuration that all containers of a pod may read, sorted.
    fn shared(&self, workload: &Workload<'_>, object: &ObjectKey) -> Vec<usize> {
        let volumes = self.of_volumes.get(object).into_iter().flatten().copied();
        let mut shared: Vec<usize> = self.read_by(workload, object).into_iter().chain(volumes).collect();
        shared.sort_unstable();
        shared
    }

    /// The ConfigMaps and Secrets that the pods of a workload read, or are to read by what stays behind itself: a
    /// new reference to a Secret waits together with that Secret.
    fn read_by(&self, workload: &Workload<'_>, object: &ObjectKey) -> Vec<usize> {
        let references = references(workload);
        let mut mentioned = HashSet::new();
        for (_, item) in self.own(object) {
            item.after.iter().for_each(|value| collect_texts(value, &mut mentioned));
        }
        let read: HashSet<(&str, &str)> = references.iter().map(|found| (found.kind, found.name)).collect();
        let names: HashSet<&str> =
            read.iter().map(|(_, name)| *name).chain(mentioned.iter().copied()).collect();
        names
            .into_iter()
            .filter_map(|name| self.of_name.get(name))
            .flatten()
            .copied()
            .filter(|index| {
                let key = &self.all[*index].0.place.object;
                let reads = referred_kind(key).is_some_and(|kind| read.contains(&(kind, key.name.as_str())));
                key != object && (reads || mentioned.contains(key.name.as_str()))
            })
            .collect()
    }

    /// The names of what stays behind. A sentence shows only the first: the others are counted.
    fn in_words(&self, own: &[usize], shared: &[usize], image: &Place) -> String {
        let mut first: Vec<usize> =
            [own, shared].into_iter().flat_map(|part| part.iter().take(MOST_NAMES)).copied().collect();
        first.sort_unstable();
        let names: Vec<String> = first
            .iter()
            .take(MOST_NAMES)
            .map(|index| {
                let (item, what) = self.all[*index];
                format!("{} ({what})", name(image, &item.place))
            })
            .collect();
        match (own.len() + shared.len()).saturating_sub(names.len()) {
            0 => shown_list(&names, MOST_NAMES),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }
}

/// The kind by which pods refer to an object, or to what is made of it.
fn referred_kind(object: &ObjectKey) -> Option<&'static str> {
    match object.kind.as_str() {
        "ConfigMap" => Some("ConfigMap"),
        "Secret" | "SealedSecret" | "ExternalSecret" => Some("Secret"),
        _ => None,
    }
}

fn collect_texts<'p>(value: &'p Value, texts: &mut HashSet<&'p str>) {
    match value {
        Value::String(text) => {
            texts.insert(text);
        }
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(map) => map.values().for_each(|value| collect_texts(value, texts)),
        _ => {}
    }
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

fn is_setting(container: &Path, path: &Path) -> bool {
    matches!(
        path.segments().get(container.segments().len()),
        Some(Segment::Key(key)) if matches!(key.as_str(), "env" | "envFrom" | "args" | "command" | "volumeMounts")
    )
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
    // The target's value stays as it is: what the source has is in the message, and no change of the target.
    let kept = item.before.as_ref();
    Hit::new(Notice.certain(), object, item.place.path.clone(), message).values(kept, kept)
}

fn size_of(place: &Place) -> Option<String> {
    size::in_words(&place.object.kind, &place.path)
}
