//! Which namespace of the source is which of the target.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use kube_model::{Object, ObjectKey, State, scope};
use serde_json::Value;

use crate::environment::Environment;

/// The namespaces of both sides.
#[derive(Debug, Default)]
pub(crate) struct Namespaces {
    /// The target's namespace for one of the source's; none where the target's manifests name none.
    map: HashMap<String, Option<String>>,
    /// Where the target's objects are that name no namespace, or the only one that they name.
    default: Option<String>,
    /// Whether the target's manifests name namespaces at all.
    target_names_them: bool,
}

impl Namespaces {
    /// What `plimsoll.yaml` says, else the only namespace of each side; the others by the objects that both have.
    pub(crate) fn of(source: (&State, &Environment), target: (&State, &Environment)) -> Self {
        let (ours, theirs) = (named(source.0), named(target.0));
        let only = |names: &BTreeSet<String>| (names.len() == 1).then(|| names.first().cloned()).flatten();
        let from = source.1.namespace.clone().or_else(|| only(&ours));
        let to = target.1.namespace.clone().or_else(|| only(&theirs));
        let mut map: HashMap<String, Option<String>> = HashMap::new();
        if let Some(from) = from.filter(|_| to.is_some() || theirs.is_empty()) {
            map.insert(from, to.clone());
        }
        let taken: HashSet<&String> = map.values().flatten().collect();
        let others = assign(source.0, target.0, |from, to| !map.contains_key(from) && !taken.contains(to));
        map.extend(others.into_iter().map(|(from, to)| (from, Some(to))));
        Self { map, default: to, target_names_them: !theirs.is_empty() }
    }

    /// An identity with the target's namespace in the place of the source's.
    pub(crate) fn mapped(&self, key: &ObjectKey) -> ObjectKey {
        let map = |name: &String| self.map.get(name).cloned().unwrap_or_else(|| Some(name.clone()));
        let name = match key.kind.as_str() {
            "Namespace" => map(&key.name).unwrap_or_else(|| key.name.clone()),
            _ => key.name.clone(),
        };
        ObjectKey { namespace: key.namespace.as_ref().and_then(map), name, ..key.clone() }
    }

    /// An identity in which a namespace that is left out is the default one.
    pub(crate) fn common(&self, key: &ObjectKey) -> ObjectKey {
        let namespace = key.namespace.clone().or_else(|| self.default.clone());
        let scoped = scope::belongs_to_cluster(&key.group, &key.kind);
        ObjectKey { namespace: namespace.filter(|_| !scoped), ..key.clone() }
    }

    /// The source's object as it would be written for the target: where it names a namespace, the target's.
    pub(crate) fn moved(&self, object: &Object, target: Option<&Object>) -> Object {
        let mut moved = object.clone();
        moved.key = self.mapped(&object.key);
        if self.moves_references(&object.value)
            && let Value::Object(top) = Arc::make_mut(&mut moved.value)
        {
            for (key, value) in top.iter_mut().filter(|(key, _)| may_refer(key)) {
                self.move_references(key, value);
            }
        }
        let namespace = self.namespace_of(&moved.key, object.key.namespace.as_deref(), target);
        if object.key.kind == "Namespace" {
            let name = moved.key.name.clone();
            set_metadata(&mut moved.value, "name", Some(name));
        }
        // What a chart renders is in its release's namespace without a word about it.
        let is_given = object.key.namespace.is_some() && object.text(&["metadata", "namespace"]).is_none();
        if target.is_some() || !is_given {
            set_metadata(&mut moved.value, "namespace", namespace.clone());
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
        if scope::belongs_to_cluster(&key.group, &key.kind) {
            return None;
        }
        match written.map(|written| (written, self.map.get(written))) {
            None => self.default.clone().filter(|_| self.target_names_them),
            Some((_, Some(mapped))) => mapped.clone(),
            Some((written, None)) => Some(written.to_owned()),
        }
    }

    /// Whether anything in an object names a namespace that has another name in the target. Most objects name none,
    /// and need not be copied.
    fn moves_references(&self, value: &Value) -> bool {
        let Value::Object(top) = value else { return false };
        top.iter().any(|(key, value)| may_refer(key) && self.moves(key, value))
    }

    fn moves(&self, key: &str, value: &Value) -> bool {
        match value {
            Value::String(text) => {
                names_a_namespace(key) && matches!(self.map.get(text), Some(Some(to)) if to != text)
            }
            Value::Array(items) => items.iter().any(|item| self.moves(key, item)),
            Value::Object(map) => map.iter().any(|(key, value)| is_followed(key) && self.moves(key, value)),
            _ => false,
        }
    }

    fn move_references(&self, key: &str, value: &mut Value) {
        match value {
            Value::String(text) if names_a_namespace(key) => {
                if let Some(Some(to)) = self.map.get(text) {
                    to.clone_into(text);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.move_references(key, item)),
            Value::Object(map) => map
                .iter_mut()
                .filter(|(key, _)| is_followed(key))
                .for_each(|(key, value)| self.move_references(key, value)),
            _ => {}
        }
    }
}

/// Whether what stands under a key of an object can refer to a namespace; data cannot.
fn may_refer(key: &str) -> bool {
    !matches!(key, "data" | "stringData")
}

fn names_a_namespace(key: &str) -> bool {
    matches!(key, "namespace" | "kubernetes.io/metadata.name")
}

/// A selector of namespaces selects by labels, which are the target's own.
fn is_followed(key: &str) -> bool {
    key != "namespaceSelector"
}

/// Sets a field of an object's metadata, or takes it away, if it is another one.
fn set_metadata(value: &mut Arc<Value>, key: &str, new: Option<String>) {
    let Some(Value::Object(metadata)) = value.get("metadata") else { return };
    let same = match &new {
        Some(new) => metadata.get(key).and_then(Value::as_str) == Some(new),
        None => !metadata.contains_key(key),
    };
    if let (false, Some(Value::Object(metadata))) = (same, Arc::make_mut(value).get_mut("metadata")) {
        match new {
            Some(new) => drop(metadata.insert(key.to_owned(), Value::from(new))),
            None => drop(metadata.remove(key)),
        }
    }
}

fn named(state: &State) -> BTreeSet<String> {
    state.objects.iter().filter_map(|object| object.key.namespace.clone()).collect()
}

/// The namespaces of both sides that are one place, one to one: those that have the most objects in common, and of
/// equals those whose names are most alike.
fn assign(
    source: &State,
    target: &State,
    is_free: impl Fn(&String, &String) -> bool,
) -> HashMap<String, String> {
    let identity = |key: &ObjectKey| (key.group.clone(), key.kind.clone(), key.name.clone());
    let mut theirs: HashMap<_, Vec<&String>> = HashMap::new();
    for object in &target.objects {
        theirs.entry(identity(&object.key)).or_default().extend(&object.key.namespace);
    }
    let mut common: BTreeMap<(&String, &String), usize> = BTreeMap::new();
    for object in &source.objects {
        let (Some(from), Some(found)) = (&object.key.namespace, theirs.get(&identity(&object.key))) else {
            continue;
        };
        for to in found.iter().filter(|to| is_free(from, to)) {
            *common.entry((from, to)).or_default() += 1;
        }
    }
    let mut by_count: Vec<((&String, &String), usize)> = common.into_iter().collect();
    // A namespace that both sides have is most often shared by both, and the same.
    by_count.sort_by_key(|((from, to), count)| std::cmp::Reverse((from == to, *count, alike(from, to))));
    let (mut froms, mut tos) = (HashSet::new(), HashSet::new());
    let mut assigned = HashMap::new();
    for ((from, to), _) in by_count {
        if !froms.contains(from) && !tos.contains(to) {
            froms.insert(from);
            tos.insert(to);
            assigned.insert(from.clone(), to.clone());
        }
    }
    assigned
}

/// How many characters two names begin or end with alike.
fn alike(one: &str, other: &str) -> usize {
    let start = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let end = one.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b).count();
    start.max(end)
}
