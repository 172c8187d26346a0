//! Whether an edit moved what was planned, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kube_model::{Object, ObjectKey, Path, Place};
use serde_json::Value;

use super::Marks;
use super::between::is_between;
use crate::edits::Becoming;
use crate::places;

/// The target's objects as they are to be.
pub(crate) struct Goal {
    planned: BTreeMap<ObjectKey, Arc<Value>>,
    /// The objects that are new: their labels are those that the target gives them.
    new: BTreeSet<ObjectKey>,
    marks: Marks,
}

/// What the target's objects are in a draft, against what they are to be.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    found: BTreeMap<ObjectKey, Arc<Value>>,
    /// Where they are not yet what they are to be, sorted.
    pub(crate) open: Vec<Open>,
}

/// A place that is not yet what it is to be.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) place: Place,
    /// What stands there now.
    pub(crate) found: Option<Value>,
    /// What is to stand there.
    pub(crate) planned: Option<Value>,
    /// The whole object as it is to be; none if it goes.
    pub(crate) object: Option<Arc<Value>>,
}

impl Goal {
    /// What changes becomes what was decided; the rest of the target stays.
    pub(crate) fn new(target: &[Object], becoming: &[Becoming<'_, '_>], marks: Marks) -> Self {
        let mut planned: BTreeMap<ObjectKey, Arc<Value>> =
            target.iter().map(|object| (object.key.clone(), object.value.clone())).collect();
        for change in becoming {
            match &change.value {
                Some(value) => drop(planned.insert(change.pair.key.clone(), value.clone())),
                None => drop(planned.remove(&change.pair.key)),
            }
        }
        let new = becoming.iter().filter(|change| change.pair.target.is_none());
        Self { planned, new: new.map(|change| change.pair.key.clone()).collect(), marks }
    }

    /// Holds rendered objects against the goal.
    pub(crate) fn standing(&self, objects: &[Object]) -> Standing {
        let found: BTreeMap<ObjectKey, Arc<Value>> =
            objects.iter().map(|object| (object.key.clone(), object.value.clone())).collect();
        let mut open = Vec::new();
        for key in self.planned.keys().chain(found.keys().filter(|key| !self.planned.contains_key(*key))) {
            let differences = differences(key, found.get(key), self.planned.get(key));
            open.extend(
                differences.into_iter().filter(|open| !self.is_given(open) && !self.marks.follows(open)),
            );
        }
        open.sort_by(|a, b| a.place.cmp(&b.place));
        Standing { found, open }
    }
}

impl Goal {
    /// Whether a place of a new object is a label or an annotation that the target's overlay gives everything, or what
    /// holds such alone.
    fn is_given(&self, open: &Open) -> bool {
        let Some(key) = open.place.path.last_key().filter(|_| self.new.contains(&open.place.object)) else {
            return false;
        };
        let holds_given = |value: &Option<Value>| match value {
            Some(Value::Object(map)) => map.keys().all(|key| self.marks.decides(key)),
            Some(_) => false,
            None => true,
        };
        self.marks.decides(key)
            || (matches!(key, "annotations" | "labels")
                && holds_given(&open.found)
                && holds_given(&open.planned))
    }
}

fn differences(key: &ObjectKey, found: Option<&Arc<Value>>, planned: Option<&Arc<Value>>) -> Vec<Open> {
    let whole_planned = planned;
    let open = |path: Path, found: Option<Value>, planned: Option<Value>| Open {
        place: Place { object: key.clone(), path },
        found,
        planned,
        object: whole_planned.cloned(),
    };
    match (found, planned) {
        (Some(found), Some(planned)) if found == planned => Vec::new(),
        (Some(found), Some(planned)) => {
            let compared = diff_engine::compare(key.schema(), found, planned);
            places::merged(compared).map(|one| open(one.path, one.before, one.after)).collect()
        }
        (found, planned) => {
            let whole = |value: Option<&Arc<Value>>| value.map(|value| Value::clone(value));
            vec![open(Path::root(), whole(found), whole(planned))]
        }
    }
}

impl Open {
    /// Whether what stands there is what stood there.
    fn is_as_in(&self, before: &Standing) -> bool {
        match before.open.iter().find(|other| other.place == self.place) {
            Some(other) => other.found == self.found,
            None => before.at(&self.place) == self.found,
        }
    }
}

impl Standing {
    /// Whether nothing is left to do.
    pub(crate) fn is_reached(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether `self` is nearer to the goal than `before`: something that was open is not any more, and whatever is
    /// open still is as it was.
    pub(crate) fn is_nearer_than(&self, before: &Self) -> bool {
        self.weight() < before.weight() && self.open.iter().all(|open| open.is_as_in(before))
    }

    /// Whether a part of a text has come to what was planned, and nothing else has moved: several values may be rendered
    /// into one text.
    pub(crate) fn is_on_the_way_from(&self, before: &Self) -> bool {
        let approached = |open: &Open| {
            let was = before.open.iter().find(|other| other.place == open.place);
            was.is_some_and(|was| approaches(&was.found, &open.found, &open.planned))
        };
        let (moved, still): (Vec<&Open>, Vec<&Open>) =
            self.open.iter().partition(|open| !open.is_as_in(before));
        still.len() < before.open.len() && !moved.is_empty() && moved.into_iter().all(approached)
    }

    /// The places that were as planned before and are not any more, where `open` has come to what was planned and all
    /// that was open besides is as it was.
    pub(crate) fn moved_beside<'s>(&'s self, before: &Self, open: &Open) -> Option<Vec<&'s Open>> {
        let was_open = |other: &&Open| before.open.iter().any(|one| one.place == other.place);
        let (still, besides): (Vec<&Open>, Vec<&Open>) = self.open.iter().partition(was_open);
        let as_before = |other: &&Open| {
            before.open.iter().any(|one| one.place == other.place && one.found == other.found)
        };
        let is_done = still.iter().all(|other| other.place != open.place);
        (is_done && still.iter().all(as_before)).then_some(besides)
    }

    fn at(&self, place: &Place) -> Option<Value> {
        let value = self.found.get(&place.object)?;
        place.path.get(place.object.schema(), value).map(std::borrow::Cow::into_owned)
    }

    fn weight(&self) -> usize {
        let side = |value: &Option<Value>| value.as_ref().map_or(0, leaves);
        self.open.iter().map(|open| side(&open.found) + side(&open.planned)).sum()
    }
}

/// Whether a text has come nearer to the one that is planned: several values may be rendered into one.
fn approaches(was: &Option<Value>, now: &Option<Value>, planned: &Option<Value>) -> bool {
    match (was, now, planned) {
        (Some(Value::String(was)), Some(Value::String(now)), Some(Value::String(planned))) => {
            is_between(was, now, planned)
        }
        _ => false,
    }
}

/// How many scalars a value holds; an empty collection counts as one.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(leaves).sum::<usize>().max(1),
        Value::Object(map) => map.values().map(leaves).sum::<usize>().max(1),
        _ => 1,
    }
}
