//! Configuration that pods do not find, or do not take up.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kube_model::{Object, Path, shown, shown_list};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::model::{
    Change, Providers, Reference, View, Way, Workload, namespace_of, provided, references, same_namespace,
};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "config-key-missing",
        group: Group::Configuration,
        title: "A pod refers to a key that its ConfigMap or Secret does not have",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/#restrictions",
        remedy: "Keep the key, or change the reference in the same change.",
        fires: "a key goes that a variable refers to",
        near_miss: "the reference is optional",
        equivalents: &[],
        check: Check::States(config_key_missing),
    },
    Rule {
        id: "reference-missing",
        group: Group::Configuration,
        title: "A pod refers to a ConfigMap, Secret, claim or ServiceAccount that is not there",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/#restrictions",
        remedy: "Make sure that the object exists in the target before the change is applied.",
        fires: "a ConfigMap goes that a pod mounts",
        near_miss: "the reference is optional, or a SealedSecret makes the Secret",
        equivalents: &["kube-linter/non-existent-service-account"],
        check: Check::States(reference_missing),
    },
    Rule {
        id: "config-without-restart",
        group: Group::Configuration,
        title: "Configuration changes that running pods do not take up",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically",
        remedy: "Restart the workload after the change, or put a hash of the configuration into its pod template.",
        fires: "a key changes that a variable reads, and the pod template stays",
        near_miss: "the pod mounts it as a volume, which follows",
        equivalents: &[],
        check: Check::States(config_without_restart),
    },
];

fn config_key_missing(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for workload in &change.after.workloads {
        let missing = missing_keys(&change.after, workload);
        if missing.is_empty() {
            continue;
        }
        let before = change.workload_before(workload);
        let earlier = before.map(references).unwrap_or_default();
        let earlier: HashSet<Id<'_>> = earlier.iter().map(id).collect();
        let was_missing = before.map(|before| missing_keys(&change.before, before)).unwrap_or_default();
        let was_missing: HashSet<Id<'_>> = was_missing.iter().map(|(reference, _)| id(reference)).collect();
        for (reference, key) in missing {
            if was_missing.contains(&id(&reference)) {
                continue;
            }
            let message = format!(
                "The key {} that it reads from {} {} is not there: its container does not start.",
                shown(key),
                reference.kind,
                shown(reference.name)
            );
            let evidence = format!("{}/{}", reference.name, key);
            let was = earlier.contains(&id(&reference)).then(|| evidence.clone());
            let hit = Hit::new(Harm.certain(), workload.object, reference.path, message);
            hits.push(hit.before(was).after(Some(evidence)));
        }
    }
    hits
}

/// What makes two references the same.
type Id<'r> = (&'r Path, &'static str, &'r str, Option<&'r str>);

fn id<'r>(reference: &'r Reference<'_>) -> Id<'r> {
    (&reference.path, reference.kind, reference.name, reference.key)
}

/// The references, each with its key, whose object is there without it.
fn missing_keys<'a>(view: &View<'a>, workload: &Workload<'a>) -> Vec<(Reference<'a>, &'a str)> {
    let mut providers = Providers::of(view, workload.object);
    let needed = references(workload).into_iter().filter(|reference| !reference.optional);
    let missing = needed.filter_map(|reference| {
        let key = reference.key?;
        let lacks = providers.of_reference(&reference)?.lacks(key);
        lacks.then_some((reference, key))
    });
    missing.collect()
}

fn reference_missing(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for workload in &change.after.workloads {
        let before = change.workload_before(workload);
        let earlier = before.map(references).unwrap_or_default();
        let earlier: HashSet<(&str, &str)> = earlier.iter().map(|one| (one.kind, one.name)).collect();
        let mut told = BTreeSet::new();
        for reference in references(workload).into_iter().filter(|reference| !reference.optional) {
            let id = (reference.kind, reference.name);
            if !told.insert(id) || provided(&change.after, &reference, workload.object).is_some() {
                continue;
            }
            let is_removed = provided(&change.before, &reference, workload.object).is_some();
            let is_old = earlier.contains(&id);
            let what = format!("{} {}", reference.kind, shown(reference.name));
            let (risk, message) = match (is_removed, is_old) {
                (true, _) => (Harm.certain(), format!("It still needs {what}, which the change removes.")),
                (false, true) => continue,
                (false, false) => (
                    Harm.possible(),
                    format!(
                        "It newly needs {what}, which is not in the files; it must exist in {}.",
                        namespace_of(workload.object)
                    ),
                ),
            };
            let hit = Hit::new(risk, workload.object, reference.path, message);
            hits.push(hit.before(is_old.then_some(reference.name)).after(Some(reference.name)));
        }
    }
    hits
}

fn config_without_restart(change: &Change<'_>) -> Vec<Hit> {
    let idle = readers_that_stay(change);
    let mut hits = Vec::new();
    for kind in ["ConfigMap", "Secret"] {
        for (before, after) in change.kept(kind) {
            let changed = changed_keys(before, after);
            if changed.is_empty() {
                continue;
            }
            let readers: Vec<String> = idle
                .get(&(kind, after.key.name.as_str()))
                .into_iter()
                .flatten()
                .filter(|(workload, _)| same_namespace(workload.object, after))
                .filter(|(_, key)| key.is_none_or(|key| changed.contains_key(key)))
                .map(|(workload, _)| workload.named())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            if readers.is_empty() {
                continue;
            }
            let message = not_taken_up(&changed, &readers);
            let (path, was, is) = evidence(before, after, &changed);
            hits.push(Hit::new(Safeguard.certain(), after, path, message).before(was).after(is));
        }
    }
    hits
}

fn not_taken_up(changed: &ChangedKeys<'_>, readers: &[String]) -> String {
    let keys: Vec<String> = changed.keys().map(|key| shown(key)).collect();
    let (change, it) = if keys.len() == 1 { ("changes", "it") } else { ("change", "them") };
    let (read, its) = if readers.len() == 1 { ("reads", "its") } else { ("read", "their") };
    format!(
        "{} {change}, but {} {read} {it} only when a pod starts, and nothing in the change restarts {its} pods.",
        shown_list(&keys, 5),
        shown_list(readers, 3)
    )
}

type Readers<'c, 'a> = BTreeMap<(&'static str, &'a str), Vec<(&'c Workload<'a>, Option<&'a str>)>>;

/// Who reads which configuration only at the start and is not restarted, with the key if it reads only one.
/// A CronJob starts new pods anyway; an annotation of Reloader restarts them.
fn readers_that_stay<'c, 'a>(change: &'c Change<'a>) -> Readers<'c, 'a> {
    let mut readers = Readers::new();
    for (before, after) in change.workloads() {
        let runs_on = matches!(
            after.object.key.kind.as_str(),
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Rollout"
        );
        if !runs_on || before.template() != after.template() || is_reloaded(after.object) {
            continue;
        }
        for reference in references(after) {
            if matches!(reference.way, Way::Environment | Way::SubPath) {
                readers.entry((reference.kind, reference.name)).or_default().push((after, reference.key));
            }
        }
    }
    readers
}

fn is_reloaded(object: &Object) -> bool {
    let annotations = object.at(&["metadata", "annotations"]).and_then(Value::as_object);
    annotations
        .is_some_and(|annotations| annotations.keys().any(|key| key.contains("reloader.stakater.com/")))
}

/// The keys that change, each with the field that holds it.
type ChangedKeys<'a> = BTreeMap<&'a str, &'static str>;

/// The one value that changes, or all that change.
fn evidence(
    before: &Object,
    after: &Object,
    changed: &ChangedKeys<'_>,
) -> (Path, Option<Value>, Option<Value>) {
    let value = |object: &Object, (key, field): (&&str, &&str)| object.at(&[*field, *key]).cloned();
    let mut fields = changed.values();
    let field = Path::root().key(fields.next().copied().unwrap_or("data"));
    if let (Some(only), 1) = (changed.iter().next(), changed.len()) {
        return (field.key(only.0), value(before, only), value(after, only));
    }
    let all = |object: &Object| {
        let values = changed.iter().filter_map(|at| Some(((*at.0).to_owned(), value(object, at)?)));
        Some(Value::Object(values.collect()))
    };
    (field, all(before), all(after))
}

fn changed_keys<'a>(before: &'a Object, after: &'a Object) -> ChangedKeys<'a> {
    let mut changed = ChangedKeys::new();
    for field in ["data", "binaryData", "stringData"] {
        let map = |object: &'a Object| object.value.get(field).and_then(Value::as_object);
        let value = |object: &'a Object, key: &str| map(object).and_then(|map| map.get(key));
        let keys = [before, after].into_iter().filter_map(map).flat_map(serde_json::Map::keys);
        let differing = keys.filter(|key| value(before, key) != value(after, key));
        changed.extend(differing.map(|key| (key.as_str(), field)));
    }
    changed
}
