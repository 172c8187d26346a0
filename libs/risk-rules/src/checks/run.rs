//! Which checks say something, and about which places.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use kube_model::{Object, ObjectKey, Path, map_each};

use super::{CHECKS, Check, Look, Places, Profile, Seen};
use crate::Finding;
use crate::model::{Change, Reading, View, Workload};
use crate::pod_security::Pod;
use crate::rule::Hit;

/// A check and what it saw.
pub(crate) struct Found {
    pub(crate) check: &'static Check,
    pub(crate) hit: Hit,
    pub(crate) equivalents: Vec<&'static str>,
}

/// The checks by what they look at.
struct Index {
    of_workloads: Vec<&'static Check>,
    of_kinds: HashMap<&'static str, Vec<&'static Check>>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index { of_workloads: Vec::new(), of_kinds: HashMap::new() };
    for check in CHECKS {
        match check.look {
            Look::Object(kinds, _) => {
                kinds.iter().for_each(|kind| index.of_kinds.entry(kind).or_default().push(check));
            }
            _ => index.of_workloads.push(check),
        }
    }
    index
});

/// An object of a state as checks look at it.
struct Place<'v, 'a> {
    view: &'v View<'a>,
    object: &'v Object,
    workload: Option<(&'v Workload<'a>, Pod<'a>)>,
}

impl<'v, 'a> Place<'v, 'a> {
    fn of(view: &'v View<'a>, object: &'v Object) -> Self {
        let workload = view.workload_of(object).map(|workload| (workload, Pod::of(workload)));
        Self { view, object, workload }
    }

    fn sees(&self, check: &Check) -> Vec<Seen> {
        match (check.look, &self.workload) {
            (Look::Workload(look), Some((workload, _))) => look(self.view, workload),
            (Look::Pod(look), Some((_, pod))) => look(pod),
            (Look::Container(look), Some((workload, _))) => {
                workload.containers.iter().flat_map(|container| look(workload, container)).collect()
            }
            (Look::Object(kinds, look), _) if kinds.contains(&self.object.key.kind.as_str()) => {
                look(self.view, self.object)
            }
            _ => Vec::new(),
        }
    }
}

/// What the checks of a profile find in the state after: under `changed` what they did not find before in the same object
/// at the same place. One pass over the objects.
pub(crate) fn found(change: &Change<'_>, profile: Profile) -> Vec<Found> {
    let objects = change.after.objects();
    let found =
        map_each(objects.as_slice(), change.is_worth_all_cores(), |object| found_in(change, profile, object));
    found.into_iter().flatten().collect()
}

fn found_in(change: &Change<'_>, profile: Profile, object: &Object) -> Vec<Found> {
    let of_kind = INDEX.of_kinds.get(object.key.kind.as_str()).map_or(&[][..], Vec::as_slice);
    let place = Place::of(&change.after, object);
    let of_pods = if place.workload.is_some() { INDEX.of_workloads.as_slice() } else { &[] };
    let mut all = Vec::new();
    let mut before = None;
    let mut reading = None;
    for check in of_kind.iter().chain(of_pods).filter(|check| check.profile <= profile) {
        let mut seen = place.sees(check);
        if seen.is_empty() {
            continue;
        }
        let was = change.object_before(object);
        if profile == Profile::Changed
            && let Some(was) = was
        {
            let place = before.get_or_insert_with(|| Place::of(&change.before, was));
            let old: HashSet<Path> = place.sees(check).into_iter().map(|seen| seen.path).collect();
            seen.retain(|seen| !old.contains(&seen.path));
        }
        let mut reading = was.map(|was| reading.get_or_insert_with(|| Reading::of(was)));
        all.extend(seen.into_iter().map(|seen| found_at(check, object, reading.as_deref_mut(), seen)));
    }
    all
}

fn found_at(check: &'static Check, object: &Object, before: Option<&mut Reading<'_>>, seen: Seen) -> Found {
    let was = before.filter(|_| !seen.path.is_root()).and_then(|before| before.value(&seen.path));
    let equivalents = seen.equivalents.unwrap_or_else(|| check.equivalents.to_vec());
    let hit = Hit::new(seen.risk.unwrap_or(check.risk), object, seen.path, seen.message);
    Found { check, hit: hit.before(was).after(seen.value), equivalents }
}

/// What the checks see in the objects of the state after, as far as a finding of a rule is beside it.
pub(crate) struct Equivalents<'c, 'a> {
    change: &'c Change<'a>,
    seen: HashMap<(ObjectKey, &'static str), Places<'static>>,
    places: HashMap<ObjectKey, Option<Place<'c, 'a>>>,
}

impl<'c, 'a> Equivalents<'c, 'a> {
    pub(crate) fn of(change: &'c Change<'a>) -> Self {
        Self { change, seen: HashMap::new(), places: HashMap::new() }
    }

    /// The checks of other tools that see the fact of a rule's finding in the state after: those of the checks that the rule
    /// stands for and that fire at its place.
    pub(crate) fn of_finding(&mut self, finding: &Finding) -> Vec<String> {
        let checks = CHECKS.iter().filter(|check| check.seen_by.contains(&finding.rule.as_str()));
        let key: ObjectKey = finding.object.key();
        let mut equivalents: BTreeSet<&str> = BTreeSet::new();
        for check in checks {
            equivalents.extend(self.places_of(check, &key).beside(&finding.path));
        }
        equivalents.into_iter().map(str::to_owned).collect()
    }

    fn places_of(&mut self, check: &'static Check, key: &ObjectKey) -> &Places<'static> {
        let Self { change, seen, places } = self;
        seen.entry((key.clone(), check.id)).or_insert_with(|| {
            let place = places
                .entry(key.clone())
                .or_insert_with(|| change.after.object(key).map(|object| Place::of(&change.after, object)));
            let mut found = Places::default();
            for seen in place.iter().flat_map(|place| place.sees(check)) {
                let names = seen.equivalents.unwrap_or_else(|| check.equivalents.to_vec());
                found.add(&seen.path, &names);
            }
            found
        })
    }
}
