//! The places in which source and target differ, with the base's value beside them.

use kube_model::{Path, Place, PlacePattern, Segment, lists};
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

/// Mappings whose entries mean something each by itself, so that a rule about one of them may decide about it alone.
const BAGS: [&str; 9] = [
    "annotations",
    "binaryData",
    "data",
    "labels",
    "limits",
    "matchLabels",
    "nodeSelector",
    "requests",
    "resources",
];

/// The places of one pair: the object itself where only one side has it, else the topmost paths that only one
/// side has and the leaves that changed. A mapping that `patterns` reach into is split, so that a rule about an
/// entry decides about that entry alone.
pub(crate) fn places_of(pair: &Pair<'_>, patterns: &[&PlacePattern]) -> Vec<Differing> {
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
    let mut places = Vec::new();
    for difference in diff_engine::compare(kind, target, source).differences {
        let base = base.and_then(|base| difference.path.get(kind, base));
        let base = match (&difference.before, &difference.after) {
            (Some(ours), Some(theirs)) if lists::is_order(&difference.path, ours) => {
                base.as_deref().and_then(Value::as_array).map(|items| order_at_base(items, ours, theirs))
            }
            _ => base.map(std::borrow::Cow::into_owned),
        };
        let place = at(difference.path);
        split(
            Differing { place, target: difference.before, source: difference.after, base },
            patterns,
            &mut places,
        );
    }
    places
}

/// The order at the base. It says nothing of items that came since, so a side that has the base's items in the
/// base's order has not changed it.
fn order_at_base(items: &[Value], ours: &Value, theirs: &Value) -> Value {
    let base = lists::order_of(items, theirs);
    let of_base = |order: &Value| {
        let names = order.as_array().map_or(&[][..], Vec::as_slice);
        let known = base.as_array().map_or(&[][..], Vec::as_slice);
        Value::Array(names.iter().filter(|name| known.contains(name)).cloned().collect())
    };
    match (of_base(theirs) == base, of_base(ours) == base) {
        (true, _) => theirs.clone(),
        (false, true) => ours.clone(),
        (false, false) => base,
    }
}

fn split(differing: Differing, patterns: &[&PlacePattern], places: &mut Vec<Differing>) {
    let one_sided = match (&differing.target, &differing.source) {
        (None, Some(Value::Object(map))) | (Some(Value::Object(map)), None) => Some(map.clone()),
        _ => None,
    };
    let is_bag = match differing.place.path.segments().last() {
        Some(Segment::Key(key)) => BAGS.contains(&key.as_str()),
        _ => false,
    };
    let named = is_bag && patterns.iter().any(|pattern| pattern.reaches_into(&differing.place));
    let Some(map) = one_sided.filter(|_| named) else {
        places.push(differing);
        return;
    };
    for key in map.keys() {
        let child = |value: &Option<Value>| value.as_ref().and_then(|value| value.get(key)).cloned();
        let part = Differing {
            place: Place { object: differing.place.object.clone(), path: differing.place.path.key(key) },
            target: child(&differing.target),
            source: child(&differing.source),
            base: child(&differing.base),
        };
        split(part, patterns, places);
    }
}
