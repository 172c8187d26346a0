//! Which object of the source is which of the target.
//!
//! By group, kind and name, with namespaces mapped by environment: `shop-staging` and `shop-prod` are one place.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kube_model::{Object, ObjectKey, PlacePattern, State};
use serde_json::Value;

use crate::environment::Environment;

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
}

impl Pair<'_> {
    /// Whether a pattern names something that one of the sides has.
    pub(crate) fn has(&self, pattern: &PlacePattern) -> bool {
        let sides = [self.target, self.source.as_ref(), self.base.as_ref()];
        pattern.object.matches(&self.key)
            && sides
                .into_iter()
                .flatten()
                .any(|object| pattern.path.get(&self.key.kind, &object.value).is_some())
    }
}

/// Which namespace of the source is which of the target.
#[derive(Debug, Default)]
pub(crate) struct Namespaces {
    map: HashMap<String, String>,
    /// The source's own namespace, if it has one.
    own: Option<String>,
    /// Where the target's objects are that name no namespace, or the only one that they name.
    default: Option<String>,
    /// Whether the target's manifests name namespaces at all.
    target_names_them: bool,
}

/// The pairs, sorted by the target's identity.
pub(crate) fn pair<'a>(
    source: (&'a State, &Environment),
    target: (&'a State, &Environment),
    base: Option<&'a State>,
) -> Vec<Pair<'a>> {
    let namespaces = Namespaces::of(source, target);
    let mut pairs: BTreeMap<ObjectKey, Pair<'a>> = BTreeMap::new();
    let place = |pairs: &mut BTreeMap<ObjectKey, Pair<'a>>, key: ObjectKey| {
        let new = Pair { key: key.clone(), target: None, source: None, base: None, written: None };
        pairs.entry(key).or_insert(new);
    };
    for object in &target.0.objects {
        let key = namespaces.common(&object.key);
        place(&mut pairs, key.clone());
        if let Some(pair) = pairs.get_mut(&key) {
            pair.key = object.key.clone();
            pair.target = Some(object);
        }
    }
    for object in &source.0.objects {
        let key = namespaces.common(&namespaces.mapped(&object.key));
        place(&mut pairs, key.clone());
        if let Some(pair) = pairs.get_mut(&key) {
            pair.written = Some(object);
            pair.source = Some(namespaces.moved(object, pair.target));
            if let (None, Some(source)) = (pair.target, &pair.source) {
                pair.key = source.key.clone();
            }
        }
    }
    for object in base.map(|base| base.objects.as_slice()).unwrap_or_default() {
        let key = namespaces.common(&namespaces.mapped(&object.key));
        if let Some(pair) = pairs.get_mut(&key) {
            pair.base = Some(namespaces.moved(object, pair.target));
        }
    }
    let mut pairs: Vec<Pair<'a>> = pairs.into_values().collect();
    pairs.sort_by(|a, b| a.key.cmp(&b.key));
    pairs
}

impl Namespaces {
    fn of(source: (&State, &Environment), target: (&State, &Environment)) -> Self {
        let (ours, theirs) = (named(source.0), named(target.0));
        let only = |names: &BTreeSet<String>| (names.len() == 1).then(|| names.first().cloned()).flatten();
        let from = source.1.namespace.clone().or_else(|| only(&ours));
        let to = target.1.namespace.clone().or_else(|| only(&theirs));
        let mut map = votes(source.0, target.0);
        if let (Some(from), Some(to)) = (&from, &to) {
            map.insert(from.clone(), to.clone());
        }
        Self { map, own: from, default: to, target_names_them: !theirs.is_empty() }
    }

    /// An identity with the target's namespace in the place of the source's.
    fn mapped(&self, key: &ObjectKey) -> ObjectKey {
        let map = |name: &String| self.map.get(name).unwrap_or(name).clone();
        let name = if key.kind == "Namespace" { map(&key.name) } else { key.name.clone() };
        ObjectKey { namespace: key.namespace.as_ref().map(map), name, ..key.clone() }
    }

    /// An identity in which a namespace that is left out is the default one.
    fn common(&self, key: &ObjectKey) -> ObjectKey {
        let namespace = key.namespace.clone().or_else(|| self.default.clone());
        let scoped = kube_model::scope::is_cluster_scoped(&key.kind)
            && kube_model::scope::is_built_in_group(&key.group);
        ObjectKey { namespace: namespace.filter(|_| !scoped), ..key.clone() }
    }

    /// The source's object as it would be written for the target: where it names a namespace, the target's.
    fn moved(&self, object: &Object, target: Option<&Object>) -> Object {
        let mut moved = object.clone();
        moved.key = self.mapped(&object.key);
        if let Value::Object(top) = &mut moved.value {
            for (key, value) in
                top.iter_mut().filter(|(key, _)| !matches!(key.as_str(), "data" | "stringData"))
            {
                self.move_references(key, value);
            }
        }
        if let ("Namespace", Some(metadata)) = (object.key.kind.as_str(), moved.value.get_mut("metadata")) {
            metadata["name"] = Value::from(moved.key.name.clone());
        }
        let namespace = self.namespace_of(&moved.key, object.key.namespace.as_deref(), target);
        if let Some(Value::Object(metadata)) = moved.value.get_mut("metadata") {
            match &namespace {
                Some(namespace) => {
                    drop(metadata.insert("namespace".to_owned(), Value::from(namespace.clone())))
                }
                None => drop(metadata.remove("namespace")),
            }
        }
        moved.key.namespace = namespace;
        moved
    }

    /// The namespace that an object names in the target: what the target's own names. A new one names what its
    /// neighbours name; where they name none, it names the target's if it named the source's and the target's is
    /// known, and keeps a namespace that is neither environment's.
    fn namespace_of(
        &self,
        key: &ObjectKey,
        written: Option<&str>,
        target: Option<&Object>,
    ) -> Option<String> {
        if let Some(target) = target {
            return target.text(&["metadata", "namespace"]).map(str::to_owned);
        }
        let common = self.common(key).namespace?;
        let is_the_sources =
            |written: &str| self.own.as_deref() == Some(written) || self.map.contains_key(written);
        match written {
            None => self.target_names_them.then_some(common),
            Some(written) if is_the_sources(written) => {
                self.map.get(written).cloned().or_else(|| self.default.clone())
            }
            Some(_) => Some(common),
        }
    }

    fn move_references(&self, key: &str, value: &mut Value) {
        match value {
            Value::String(text) if matches!(key, "namespace" | "kubernetes.io/metadata.name") => {
                if let Some(to) = self.map.get(text) {
                    to.clone_into(text);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.move_references(key, item)),
            Value::Object(map) => map
                .iter_mut()
                .filter(|(key, _)| *key != "namespaceSelector")
                .for_each(|(key, value)| self.move_references(key, value)),
            _ => {}
        }
    }
}

fn named(state: &State) -> BTreeSet<String> {
    state.objects.iter().filter_map(|object| object.key.namespace.clone()).collect()
}

/// Where one object stands in one namespace of each side, those two are one place; the most objects decide.
fn votes(source: &State, target: &State) -> HashMap<String, String> {
    let identity = |key: &ObjectKey| (key.group.clone(), key.kind.clone(), key.name.clone());
    let mut theirs: HashMap<_, Vec<&String>> = HashMap::new();
    for object in &target.objects {
        theirs.entry(identity(&object.key)).or_default().extend(&object.key.namespace);
    }
    let mut votes: BTreeMap<(&String, &String), usize> = BTreeMap::new();
    for object in &source.objects {
        let (Some(from), Some(to)) = (&object.key.namespace, theirs.get(&identity(&object.key))) else {
            continue;
        };
        if let ([to], false) = (to.as_slice(), to.contains(&from)) {
            *votes.entry((from, to)).or_default() += 1;
        }
    }
    let mut best: HashMap<String, (usize, String)> = HashMap::new();
    for ((from, to), count) in votes {
        let entry = best.entry(from.clone()).or_insert((0, String::new()));
        if count > entry.0 {
            *entry = (count, to.clone());
        }
    }
    best.into_iter().map(|(from, (_, to))| (from, to)).collect()
}
