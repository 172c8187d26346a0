//! Workloads that are there no more.

use std::collections::{HashMap, HashSet};

use kube_model::image::ImageRef;
use kube_model::{Object, Path};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Selector, Workload, floor, keeping_note, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "workload-removed",
    group: Group::Availability,
    title: "A Deployment, DaemonSet, CronJob or the like is removed, and nothing takes its place",
    levels: [Level::Low, Level::Medium],
    source: "https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion",
    remedy: "Make sure that nobody needs what it did: a queue that nobody reads, a schedule that nobody keeps.",
    fires: "the Deployment of a queue's worker leaves the files",
    near_miss: "it is renamed, or a workload of another kind has its name; a Job with a TTL, or one that a CronJob made",
    equivalents: &[],
    check: Check::States(workload_removed),
}];

/// A StatefulSet has a rule of its own, for its data.
fn workload_removed(change: &Change<'_>) -> Vec<Hit> {
    let gone = change.before.workloads.iter().filter(|workload| {
        workload.object.key.kind != "StatefulSet"
            && change.object_after(workload.object).is_none()
            && keeping_note(workload.object).is_none()
            && did_something(change, workload)
    });
    let gone: Vec<&Workload<'_>> = gone.collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let mut successors = Successors::of(change);
    let namespaces: HashSet<&str> =
        change.removed("Namespace").map(|object| object.key.name.as_str()).collect();
    let is_told = |workload: &Workload<'_>| {
        let namespace = workload.object.key.namespace.as_deref();
        namespace.is_some_and(|name| namespaces.contains(name)) || leaves_a_service(change, workload)
    };
    let alone = gone.into_iter().filter(|workload| !successors.take(workload) && !is_told(workload));
    let hits = alone.map(|workload| {
        let (risk, message) = judge(&workload.object.key.kind);
        let hit = Hit::new(risk, workload.object, Path::root(), message.to_owned());
        hit.values(Some(&workload.object.value), None)
    });
    hits.collect()
}

fn judge(kind: &str) -> (Risk, &'static str) {
    match kind {
        "Job" => (Safeguard.possible(), "It is removed: if it still runs, it is stopped half-way."),
        "CronJob" => (Harm.possible(), "It is removed: what it did on its schedule is done no more."),
        _ => (Harm.possible(), "It is removed: its pods stop, and nothing new takes their place."),
    }
}

/// What somebody else makes and removes, what is switched off, and what runs once and cleans up, is not missed.
fn did_something(change: &Change<'_>, workload: &Workload<'_>) -> bool {
    let object = workload.object;
    let annotation = |key: &str| object.text(&["metadata", "annotations", key]).is_some();
    let owners = object.at(&["metadata", "ownerReferences"]).and_then(Value::as_array);
    let is_made =
        owners.is_some_and(|owners| !owners.is_empty()) || object.at(&["metadata", "generateName"]).is_some();
    let is_hook = annotation("helm.sh/hook") || annotation("argocd.argoproj.io/hook");
    let is_off = object.at(&["spec", "suspend"]) == Some(&Value::Bool(true))
        || floor(&change.before, workload).is_some_and(|floor| floor.pods == 0);
    let ends = object.at(&["spec", "ttlSecondsAfterFinished"]).is_some();
    let is_over = object.key.kind == "Job" && ends;
    !(is_made || is_hook || is_off || is_over)
}

/// The workloads that are new. Each takes the place of one at the most.
struct Successors<'c, 'a> {
    by_name: HashMap<&'a str, Vec<&'c Workload<'a>>>,
    by_software: HashMap<Vec<&'a str>, Vec<&'c Workload<'a>>>,
    taken: HashSet<*const Object>,
}

impl<'c, 'a> Successors<'c, 'a> {
    fn of(change: &'c Change<'a>) -> Self {
        let mut all = Self { by_name: HashMap::new(), by_software: HashMap::new(), taken: HashSet::new() };
        for new in change.after.workloads.iter().filter(|after| change.workload_before(after).is_none()) {
            all.by_name.entry(&new.object.key.name).or_default().push(new);
            all.by_software.entry(software(new)).or_default().push(new);
        }
        all
    }

    /// Takes the one that has the name of a workload that is gone, or runs the same software, if there is one.
    fn take(&mut self, gone: &Workload<'a>) -> bool {
        let software = software(gone);
        let has_name = self.by_name.get(gone.object.key.name.as_str());
        let runs_it = self.by_software.get(&software).filter(|_| !software.is_empty());
        let mut near = has_name.into_iter().chain(runs_it).flatten().filter(|new| {
            same_namespace(new.object, gone.object) && !self.taken.contains(&std::ptr::from_ref(new.object))
        });
        let found = near.next().map(|new| std::ptr::from_ref(new.object));
        found.is_some_and(|found| self.taken.insert(found))
    }
}

fn software<'a>(workload: &Workload<'a>) -> Vec<&'a str> {
    let images = workload.containers.iter().filter_map(|container| container.image());
    let mut names: Vec<&str> = images.map(|image| ImageRef::parse(image).name()).collect();
    names.sort_unstable();
    names
}

/// A Service that stays and has lost all its pods: `service-selects-nothing` tells of it.
fn leaves_a_service(change: &Change<'_>, workload: &Workload<'_>) -> bool {
    let services =
        change.before.services_of(workload).into_iter().filter_map(|before| change.object_after(before));
    let mut left = services.filter_map(|service: &Object| Some((service, Selector::of_service(service)?)));
    left.any(|(service, selector)| change.after.selected(&selector, service).is_empty())
}
