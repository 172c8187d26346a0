//! Which checks say something, and about which places.

use std::collections::HashMap;
use std::sync::LazyLock;

use kube_model::{Object, ObjectKey, Path, Segment};

use super::{CHECKS, Check, Look, Profile, Seen};
use crate::Finding;
use crate::model::{Change, View, Workload};
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
    let mut all = Vec::new();
    for object in change.after.objects() {
        let of_kind = INDEX.of_kinds.get(object.key.kind.as_str()).map_or(&[][..], Vec::as_slice);
        let place = Place::of(&change.after, object);
        let of_pods = if place.workload.is_some() { INDEX.of_workloads.as_slice() } else { &[] };
        let mut before = None;
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
                let old: Vec<Path> = place.sees(check).into_iter().map(|seen| seen.path).collect();
                seen.retain(|seen| !old.contains(&seen.path));
            }
            all.extend(seen.into_iter().map(|seen| found_at(check, object, was, seen)));
        }
    }
    all
}

fn found_at(check: &'static Check, object: &Object, before: Option<&Object>, seen: Seen) -> Found {
    let was = before
        .filter(|_| !seen.path.is_root())
        .and_then(|before| seen.path.get(before.key.schema(), &before.value))
        .map(std::borrow::Cow::into_owned);
    let equivalents = seen.equivalents.unwrap_or_else(|| check.equivalents.to_vec());
    let hit = Hit::new(seen.risk.unwrap_or(check.risk), object, seen.path, seen.message);
    Found { check, hit: hit.before(was).after(seen.value), equivalents }
}

/// The checks of other tools that see the fact of a rule's finding in the state after: those of the checks that the rule
/// stands for and that fire at its place.
pub(crate) fn equivalents_of(change: &Change<'_>, finding: &Finding) -> Vec<String> {
    let checks: Vec<&Check> =
        CHECKS.iter().filter(|check| check.seen_by.contains(&finding.rule.as_str())).collect();
    let key: ObjectKey = finding.object.key();
    let (false, Some(object)) = (checks.is_empty(), change.after.object(&key)) else { return Vec::new() };
    let place = Place::of(&change.after, object);
    let mut equivalents: Vec<String> = Vec::new();
    for check in checks {
        for seen in place.sees(check).into_iter().filter(|seen| covers(&finding.path, &seen.path)) {
            let names = seen.equivalents.unwrap_or_else(|| check.equivalents.to_vec());
            equivalents.extend(names.into_iter().map(str::to_owned));
        }
    }
    equivalents.sort_unstable();
    equivalents.dedup();
    equivalents
}

/// Whether a rule's finding at one place stands for a check's at the other: one lies in the other, or one of them is no
/// single item's.
pub(crate) fn covers(rule: &Path, check: &Path) -> bool {
    let is_general = |path: &Path| !path.segments().iter().any(|segment| matches!(segment, Segment::Item(_)));
    is_general(rule) || is_general(check) || rule.contains(check) || check.contains(rule)
}
