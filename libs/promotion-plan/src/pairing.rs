//! Which object of the source is which of the target.
//!
//! By group, kind and name, with namespaces mapped by environment: `shop-staging` and `shop-prod` are one place.

use std::collections::{BTreeMap, HashMap};

use kube_model::{Object, ObjectKey, Path, PlacePattern, State};

use crate::base::{self, Base};
use crate::environment::Environment;
use crate::namespaces::Namespaces;

/// One object, on every side that has it.
#[derive(Debug)]
pub(crate) struct Pair<'a> {
    /// Its identity in the target (where it would be, if the target has it not).
    pub(crate) key: ObjectKey,
    /// The target's object.
    pub(crate) target: Option<&'a Object>,
    /// The source's object, with the target's namespaces.
    pub(crate) source: Option<Object>,
    /// The source's object as it was at the last promotion, with the target's namespaces.
    pub(crate) base: Option<Object>,
    /// The source's object as it is written.
    pub(crate) written: Option<&'a Object>,
    /// Whether there is a base.
    pub(crate) has_base: bool,
    /// Places of which nobody knows what the source had at the last promotion.
    pub(crate) unknown: Vec<Path>,
}

impl Pair<'_> {
    /// Whether it is known what the source had at a place at the last promotion.
    pub(crate) fn base_known_at(&self, path: &Path) -> bool {
        self.has_base && !self.unknown.iter().any(|unknown| unknown.contains(path))
    }

    /// Whether a pattern names something that one of the sides has.
    pub(crate) fn has(&self, pattern: &PlacePattern) -> bool {
        let sides = [self.target, self.source.as_ref(), self.base.as_ref()];
        pattern.object.matches(&self.key)
            && sides
                .into_iter()
                .flatten()
                .any(|object| pattern.path.get(self.key.schema(), &object.value).is_some())
    }
}

/// What objects of both sides are paired by: their identity in the target, and among objects that the server names
/// (`generateName`) their position.
pub(crate) type Slot = (ObjectKey, usize);

/// The pairs, sorted by the target's identity.
pub(crate) fn pair<'a>(
    source: (&'a State, &Environment),
    target: (&'a State, &Environment),
    base: Option<&Base<'a>>,
) -> Vec<Pair<'a>> {
    let namespaces = Namespaces::of(source, target);
    let new = |key| Pair {
        key,
        target: None,
        source: None,
        base: None,
        written: None,
        has_base: base.is_some(),
        unknown: Vec::new(),
    };
    let mut pairs: BTreeMap<Slot, Pair<'a>> = BTreeMap::new();
    for (object, slot) in slots(&target.0.objects, |key| namespaces.common(key)) {
        pairs.insert(slot, Pair { target: Some(object), ..new(object.key.clone()) });
    }
    for (object, slot) in moving(source.0, &namespaces) {
        let target = pairs.get(&slot).and_then(|pair| pair.target);
        let moved = namespaces.moved(object, target);
        let key = moved.key.clone();
        let pair = pairs.entry(slot).or_insert_with(|| new(key));
        pair.written = Some(object);
        pair.source = Some(moved);
    }
    if let Some(base) = base {
        base::place(base, &mut pairs, &namespaces);
    }
    let mut pairs: Vec<Pair<'a>> = pairs.into_values().collect();
    pairs.sort_by(|a, b| a.key.cmp(&b.key));
    pairs
}

/// The objects of the source, or of what it was, with what they are paired by.
pub(crate) fn moving<'s>(
    state: &'s State,
    namespaces: &Namespaces,
) -> impl Iterator<Item = (&'s Object, Slot)> {
    slots(&state.objects, |key| namespaces.common(&namespaces.mapped(key)))
}

fn slots(
    objects: &[Object],
    identity: impl Fn(&ObjectKey) -> ObjectKey,
) -> impl Iterator<Item = (&Object, Slot)> {
    let mut seen: HashMap<ObjectKey, usize> = HashMap::new();
    objects.iter().map(move |object| {
        let key = identity(&object.key);
        let position = seen.entry(key.clone()).or_default();
        let slot = (key, if object.key.name.ends_with('*') { *position } else { 0 });
        *position += 1;
        (object, slot)
    })
}
