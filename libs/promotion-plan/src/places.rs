//! The places in which source and target differ, with the base's value beside them.

use kube_model::{Path, Place, PlacePattern};
use serde_json::Value;

use crate::pairing::Pair;

/// A place in which source and target differ.
#[derive(Debug, Clone)]
pub(crate) struct Differing {
    /// Where.
    pub(crate) place: Place,
    /// What the target has.
    pub(crate) target: Option<Value>,
    /// What the source has.
    pub(crate) source: Option<Value>,
    /// What the source had at the last promotion.
    pub(crate) base: Option<Value>,
}

/// The places of one pair: the object itself where only one side has it, else the topmost paths that only one
/// side has and the leaves that changed. A place that `patterns` reach into is split, so that a rule about a
/// part decides about that part alone.
pub(crate) fn places_of(pair: &Pair<'_>, base_known: bool, patterns: &[&PlacePattern]) -> Vec<Differing> {
    let at = |path: Path| Place { object: pair.key.clone(), path };
    let base = pair.base.as_ref().map(|object| &object.value);
    let (target, source) = match (pair.target, &pair.source) {
        (Some(target), Some(source)) => (&target.value, &source.value),
        (target, source) => {
            return vec![Differing {
                place: at(Path::root()),
                target: target.map(|object| object.value.clone()),
                source: source.as_ref().map(|object| object.value.clone()),
                base: base.cloned(),
            }];
        }
    };
    let kind = &pair.key.kind;
    let found = diff_engine::compare(kind, target, source).differences;
    let mut places = Vec::new();
    for difference in found {
        let base = base.and_then(|base| difference.path.get(kind, base)).map(std::borrow::Cow::into_owned);
        let differing = Differing {
            place: at(difference.path),
            target: difference.before,
            source: difference.after,
            base,
        };
        split(differing, base_known, patterns, &mut places);
    }
    places
}

/// Splits a mapping that only one side has: where a rule names a part of it, and where all three sides differ
/// (the target dropped what the source went on to change), since its parts can still be told apart.
fn split(differing: Differing, base_known: bool, patterns: &[&PlacePattern], places: &mut Vec<Differing>) {
    let one_sided = match (&differing.target, &differing.source) {
        (None, Some(Value::Object(map))) | (Some(Value::Object(map)), None) => Some(map.clone()),
        _ => None,
    };
    let named = patterns.iter().any(|pattern| pattern.reaches_into(&differing.place));
    let dropped = base_known
        && differing.target.is_none()
        && differing.base.as_ref().is_some_and(Value::is_object)
        && differing.base != differing.source;
    let Some(map) = one_sided.filter(|_| named || dropped) else {
        places.push(differing);
        return;
    };
    let mut keys: Vec<String> = map.keys().cloned().collect();
    if let (true, Some(Value::Object(base))) = (dropped, &differing.base) {
        keys.extend(base.keys().filter(|key| !map.contains_key(*key)).cloned());
    }
    for key in keys {
        let child = |value: &Option<Value>| value.as_ref().and_then(|value| value.get(&key)).cloned();
        let part = Differing {
            place: Place { object: differing.place.object.clone(), path: differing.place.path.key(&key) },
            target: child(&differing.target),
            source: child(&differing.source),
            base: child(&differing.base),
        };
        if part.target != part.source {
            split(part, base_known, patterns, places);
        }
    }
}
