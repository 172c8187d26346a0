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
    /// Whether anybody knows that.
    pub(crate) base_known: bool,
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
/// side has and the leaves that changed. What `patterns` reach into is split, so that a rule about a part decides
/// about that part alone.
pub(crate) fn places_of(pair: &Pair<'_>, patterns: &[&PlacePattern]) -> Vec<Differing> {
    let base = pair.base.as_ref().map(|object| &*object.value);
    let (target, source) = match (pair.target, &pair.source) {
        (Some(target), Some(source)) => (&target.value, &source.value),
        (target, source) => {
            let (target, source) =
                (target.map(|object| &*object.value), source.as_ref().map(|object| &*object.value));
            return vec![pair.differing(Path::root(), target.cloned(), source.cloned(), base.cloned())];
        }
    };
    let schema = pair.key.schema();
    let mut places = Vec::new();
    for difference in merged(diff_engine::compare(schema, target, source)) {
        let base = base.and_then(|base| difference.path.get(schema, base));
        let base = match (&difference.before, &difference.after) {
            (Some(ours), Some(theirs)) if lists::is_order(&difference.path, ours) => {
                base.as_deref().and_then(Value::as_array).map(|items| order_at_base(items, ours, theirs))
            }
            _ => base.map(std::borrow::Cow::into_owned),
        };
        let differing = pair.differing(difference.path, difference.before, difference.after, base);
        split(pair, differing, patterns, &mut places);
    }
    places
}

/// What is merged place by place: of orders only those that [`lists::is_ordered`] knows; every other list keeps the
/// order of the target.
pub(crate) fn merged(found: diff_engine::Comparison) -> impl Iterator<Item = diff_engine::Difference> {
    found.differences.into_iter().filter(|one| !one.is_order || lists::is_ordered(one.path.segments()))
}

impl Pair<'_> {
    fn differing(
        &self,
        path: Path,
        target: Option<Value>,
        source: Option<Value>,
        base: Option<Value>,
    ) -> Differing {
        let base_known = self.base_known_at(&path);
        let place = Place { object: self.key.clone(), path };
        Differing { place, target, source, base: base.filter(|_| base_known), base_known }
    }
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

/// Splits what only one side has, where a pattern names a part of it and the parts mean something by themselves:
/// the entries of a bag, the items of a list with keys.
fn split(pair: &Pair<'_>, differing: Differing, patterns: &[&PlacePattern], places: &mut Vec<Differing>) {
    let whole = match (&differing.target, &differing.source) {
        (None, Some(value)) | (Some(value), None) => value,
        _ => return places.push(differing),
    };
    let named = patterns.iter().any(|pattern| pattern.reaches_into(&differing.place));
    let parts = if named { parts_of(&differing.place, whole) } else { Vec::new() };
    if parts.is_empty() {
        return places.push(differing);
    }
    for part in parts {
        let Place { object, path } = &differing.place;
        let child = |value: &Option<Value>| match (value.as_ref()?, &part) {
            (Value::Array(items), part) => lists::index_of(object.schema(), path.segments(), items, part)
                .map(|index| items[index].clone()),
            (value, Segment::Key(key)) => value.get(key).cloned(),
            _ => None,
        };
        let (target, source, base) =
            (child(&differing.target), child(&differing.source), child(&differing.base));
        split(pair, pair.differing(path.join(part), target, source, base), patterns, places);
    }
}

fn parts_of(place: &Place, whole: &Value) -> Vec<Segment> {
    match (place.path.segments().last(), whole) {
        (Some(Segment::Key(key)), Value::Object(map)) if BAGS.contains(&key.as_str()) => {
            map.keys().map(|key| Segment::Key(key.clone())).collect()
        }
        (Some(Segment::Key(_)), Value::Array(items)) => {
            let (schema, path) = (place.object.schema(), place.path.segments());
            if lists::kind_of(schema, path) == lists::ListKind::Arguments {
                return Vec::new();
            }
            let named = lists::items_of_both(schema, path, items, items);
            named.map(|(items, _)| items.into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}
