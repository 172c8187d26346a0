//! The base of a promotion, place by place.
//!
//! The base is kept for each field: it advances with a merged promotion for what was carried or already equal. A place
//! that was not stays held: what counts there is the source as it stood before.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kube_model::schema::Schema;
use kube_model::{Object, ObjectKey, Path, Place, State, lists};
use serde_json::Value;

use crate::namespaces::Namespaces;
use crate::pairing::{Pair, Slot, moving};
use crate::set::set;

/// The source as it stood at the last promotion, place by place.
#[derive(Debug, Clone, Copy)]
pub struct Base<'a> {
    /// The source at the last promotion that was merged.
    pub newest: &'a State,
    /// Where something older counts. A place within another wins over it.
    pub held: &'a [Held<'a>],
}

/// A place that the last promotions did not carry.
#[derive(Debug, Clone)]
pub struct Held<'a> {
    /// Where, as plans name it: in the target's terms.
    pub place: Place,
    /// The source as it counts there: what this state has not is absent. None where no promotion that is on record
    /// says what the source had: the place is then decided as if there were no base.
    pub source: Option<&'a State>,
}

impl<'a> From<&'a State> for Base<'a> {
    /// A base that nothing is held against.
    fn from(newest: &'a State) -> Self {
        Self { newest, held: &[] }
    }
}

/// Puts the base beside the objects of both sides.
pub(crate) fn place<'a>(base: &Base<'a>, pairs: &mut BTreeMap<Slot, Pair<'a>>, namespaces: &Namespaces) {
    for (object, slot) in moving(base.newest, namespaces) {
        if let Some(pair) = pairs.get_mut(&slot) {
            pair.base = Some(namespaces.moved(object, pair.target));
        }
    }
    if base.held.is_empty() {
        return;
    }
    let mut held: HashMap<&ObjectKey, Vec<&Held<'a>>> = HashMap::new();
    for one in base.held {
        held.entry(&one.place.object).or_default().push(one);
    }
    let olds = Olds::of(base.held, namespaces);
    for (slot, pair) in pairs.iter_mut() {
        let Some(held) = held.get_mut(&pair.key) else { continue };
        held.sort_by_key(|one| one.place.path.segments().len());
        for one in held {
            let old = one
                .source
                .map(|source| olds.object(source, slot).map(|old| namespaces.moved(old, pair.target)));
            pair.hold(&one.place.path, old.as_ref().map(Option::as_ref));
        }
    }
}

/// The objects of the older states, by what they are paired by.
struct Olds<'a>(Vec<(&'a State, HashMap<Slot, &'a Object>)>);

impl<'a> Olds<'a> {
    fn of(held: &[Held<'a>], namespaces: &Namespaces) -> Self {
        let mut states: Vec<(&'a State, HashMap<Slot, &'a Object>)> = Vec::new();
        for state in held.iter().filter_map(|one| one.source) {
            if !states.iter().any(|(known, _)| std::ptr::eq(*known, state)) {
                states
                    .push((state, moving(state, namespaces).map(|(object, slot)| (slot, object)).collect()));
            }
        }
        Self(states)
    }

    fn object(&self, state: &State, slot: &Slot) -> Option<&'a Object> {
        let (_, objects) = self.0.iter().find(|(known, _)| std::ptr::eq(*known, state))?;
        objects.get(slot).copied()
    }
}

impl Pair<'_> {
    /// Lets what an older state has at a place count there: none where nobody knows, and no object where it had none.
    fn hold(&mut self, path: &Path, old: Option<Option<&Object>>) {
        match old {
            None => {
                if path.is_root() {
                    self.base = None;
                }
                self.unknown.push(path.clone());
            }
            Some(old) if path.is_root() => self.base = old.cloned(),
            Some(old) => {
                let Some(base) = &mut self.base else { return };
                let old = old.map(|object| &*object.value);
                let target = self.target.map(|object| &*object.value);
                overlay(self.key.schema(), path, Arc::make_mut(&mut base.value), old, target);
            }
        }
    }
}

/// Puts what `old` has at `path` into `base`; where it has nothing, nothing stays there.
fn overlay(schema: Schema<'_>, path: &Path, base: &mut Value, old: Option<&Value>, target: Option<&Value>) {
    let at = |value: Option<&Value>| {
        value.and_then(|value| path.get(schema, value)).map(std::borrow::Cow::into_owned)
    };
    let mut held = at(old);
    // Where both sides have such a list, the place is its order alone: the items are places of their own.
    if let (true, Some(Value::Array(items)), Some(_), Some(Value::Array(now))) =
        (lists::is_ordered(path.segments()), &held, at(target), at(Some(base)))
    {
        let names = now.iter().filter_map(|item| item.get("name")).cloned().collect();
        held = Some(lists::order_of(items, &Value::Array(names)));
    }
    set(schema, base, old, path, held.as_ref());
}
