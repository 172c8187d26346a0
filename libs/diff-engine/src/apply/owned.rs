//! Which fields a manager has set: `fieldsV1` of `metadata.managedFields`
//! (sigs.k8s.io/structured-merge-diff/fieldpath, serialize-pe.go).

use std::collections::BTreeMap;

use kube_model::{Path, Segment};
use serde_json::{Map, Value};

/// A set of fields, as a tree.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Owned {
    /// `f:name`.
    fields: BTreeMap<String, Owned>,
    /// `k:{"name":"web"}`: the keys of an item of a list.
    items: Vec<(Value, Owned)>,
    /// `v:"text"`: an item of a set.
    values: Vec<Value>,
    /// `.`, or nothing below it: the thing itself.
    whole: bool,
}

impl Owned {
    /// Reads `fieldsV1`. What is not understood (an index, which no built-in list has) is left out.
    pub(crate) fn read(fields: &Value) -> Self {
        let mut owned = Self::default();
        let entries = fields.as_object().into_iter().flatten();
        for (element, below) in entries {
            match element.split_once(':') {
                Some(("f", name)) => drop(owned.fields.insert(name.to_owned(), Self::read(below))),
                Some(("k", keys)) => {
                    let keys = serde_json::from_str(keys).unwrap_or_default();
                    owned.items.push((keys, Self::read(below)));
                }
                Some(("v", value)) => owned.values.extend(serde_json::from_str::<Value>(value)),
                _ => owned.whole |= element == ".",
            }
        }
        owned.whole |= owned.is_leaf();
        owned
    }

    fn is_leaf(&self) -> bool {
        self.fields.is_empty() && self.items.is_empty() && self.values.is_empty()
    }

    /// The fields of both.
    pub(crate) fn merge(&mut self, other: Self) {
        self.whole |= other.whole;
        for (name, below) in other.fields {
            self.fields.entry(name).or_default().merge(below);
        }
        for (keys, below) in other.items {
            match self.items.iter_mut().find(|(known, _)| *known == keys) {
                Some((_, known)) => known.merge(below),
                None => self.items.push((keys, below)),
            }
        }
        self.values.extend(other.values);
    }

    /// What is owned below a key of a mapping.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        self.fields.get(name)
    }

    /// What is owned of an item of a list.
    pub(crate) fn item(&self, item: &Value) -> Option<&Self> {
        static LEAF: Owned =
            Owned { fields: BTreeMap::new(), items: Vec::new(), values: Vec::new(), whole: true };
        let is = |keys: &Value| {
            keys.as_object().is_some_and(|keys| keys.iter().all(|(key, value)| item.get(key) == Some(value)))
        };
        let found = self.items.iter().find(|(keys, _)| is(keys)).map(|(_, below)| below);
        found.or_else(|| self.values.contains(item).then_some(&LEAF))
    }

    /// Whether what stands at a path is owned, or a part of it.
    pub(crate) fn has(&self, path: &Path) -> bool {
        let mut at = self;
        for segment in path.segments() {
            let next = match segment {
                _ if at.is_leaf() => return at.whole,
                Segment::Key(name) => at.fields.get(name),
                Segment::Item(fields) => {
                    at.items.iter().find(|(keys, _)| are_keys(keys, fields)).map(|(_, below)| below)
                }
                Segment::Flag(value) => return at.values.iter().any(|one| one.as_str() == Some(value)),
            };
            let Some(next) = next else { return false };
            at = next;
        }
        true
    }

    /// The part of a value that is owned; none if nothing of it is.
    pub(crate) fn of(&self, value: &Value) -> Option<Value> {
        if self.is_leaf() {
            return self.whole.then(|| value.clone());
        }
        match value {
            Value::Object(map) => {
                let part =
                    |(name, value): (&String, &Value)| Some((name.clone(), self.field(name)?.of(value)?));
                let parts: Map<String, Value> = map.iter().filter_map(part).collect();
                (self.whole || !parts.is_empty()).then_some(Value::Object(parts))
            }
            Value::Array(items) => {
                let part = |item: &Value| Some(self.item(item)?.of_item(item));
                let parts: Vec<Value> = items.iter().filter_map(part).collect();
                (self.whole || !parts.is_empty()).then_some(Value::Array(parts))
            }
            other => Some(other.clone()),
        }
    }

    /// An item keeps the keys that tell it.
    fn of_item(&self, item: &Value) -> Value {
        self.of(item).unwrap_or_else(|| item.clone())
    }
}

/// Whether the keys of an item are those of a path's segment.
fn are_keys(keys: &Value, fields: &[(String, String)]) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let is = |(field, value): &(String, String)| keys.get(field).is_some_and(|key| text(key) == *value);
    fields.iter().all(is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_managers_part_of_an_object() {
        let owned = Owned::read(&json!({"f:spec": {
            "f:replicas": {},
            "f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:name": {}, "f:image": {}}},
            "f:template": {".": {}},
            "f:finalizers": {"v:\"a/b\"": {}}}}));
        let value = json!({"spec": {
            "replicas": 3, "paused": true, "template": {"x": 1}, "finalizers": ["a/b", "c/d"],
            "containers": [{"name": "web", "image": "web:1", "tty": true}, {"name": "db", "image": "db:1"}]}});
        let part = json!({"spec": {
            "replicas": 3, "template": {"x": 1}, "finalizers": ["a/b"],
            "containers": [{"name": "web", "image": "web:1"}]}});
        assert_eq!(owned.of(&value), Some(part));
        assert_eq!(owned.of(&json!({"status": {}})), None);
        assert_eq!(Owned::default().of(&value), None);
    }
}
