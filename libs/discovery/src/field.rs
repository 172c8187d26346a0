//! A value of YAML in which every part knows where it is written.

use std::sync::Arc;

use kube_model::yaml::{self, Document, Limits, Node, NodeKind, YamlError};
use serde_json::{Map, Value};

use crate::place::{Location, Sourced};

/// Well above what a repository's objects need: a file of 4 MiB.
const LIMITS: Limits = Limits { bytes: 4 << 20, depth: 100, nodes: 400_000 };

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) kind: Kind,
    pub(crate) at: Location,
    /// The parameters of a template that are part of the text, beside other text.
    pub(crate) parameters: Vec<Location>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Scalar(Value),
    List(Vec<Field>),
    Map(Vec<(String, Field)>),
}

impl Field {
    pub(crate) fn new(kind: Kind, at: Location) -> Self {
        Self { kind, at, parameters: Vec::new() }
    }

    pub(crate) fn text_at(text: impl Into<String>, at: Location) -> Self {
        Self::new(Kind::Scalar(Value::String(text.into())), at)
    }

    /// A value that has one place as a whole.
    pub(crate) fn of_value(value: Value, at: &Location) -> Self {
        let kind = match value {
            Value::Array(items) => {
                Kind::List(items.into_iter().map(|item| Self::of_value(item, at)).collect())
            }
            Value::Object(map) => {
                Kind::Map(map.into_iter().map(|(key, value)| (key, Self::of_value(value, at))).collect())
            }
            scalar => Kind::Scalar(scalar),
        };
        Self::new(kind, at.clone())
    }

    pub(crate) fn entries(&self) -> &[(String, Field)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Field] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The value under a key; nothing where it is null.
    pub(crate) fn get(&self, key: &str) -> Option<&Field> {
        let found = self.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value);
        found.filter(|field| !matches!(field.kind, Kind::Scalar(Value::Null)))
    }

    /// The value at a path of keys, `spec.source.path`.
    pub(crate) fn at_path(&self, path: &str) -> Option<&Field> {
        path.split('.').try_fold(self, |field, key| field.get(key))
    }

    /// A scalar as a text: a number is the text that JSON has for it.
    pub(crate) fn text(&self) -> Option<String> {
        match &self.kind {
            Kind::Scalar(Value::String(text)) => Some(text.clone()),
            Kind::Scalar(value @ (Value::Number(_) | Value::Bool(_))) => Some(value.to_string()),
            _ => None,
        }
    }

    /// The text at a path of keys; nothing where it is empty.
    pub(crate) fn text_of(&self, path: &str) -> Option<String> {
        self.at_path(path)?.text().filter(|text| !text.is_empty())
    }

    /// The text at a path with its place.
    pub(crate) fn sourced(&self, path: &str) -> Option<Sourced<String>> {
        self.at_path(path)?.sourced_text().filter(|text| !text.value.is_empty())
    }

    pub(crate) fn sourced_text(&self) -> Option<Sourced<String>> {
        Some(self.with(self.text()?))
    }

    /// Another form of this field's value, at its place.
    pub(crate) fn with<T>(&self, value: T) -> Sourced<T> {
        Sourced { value, from: self.at.clone(), parameters: self.parameters.clone() }
    }

    pub(crate) fn is_set(&self, path: &str) -> bool {
        self.at_path(path)
            .is_some_and(|field| matches!(&field.kind, Kind::Scalar(value) if *value == Value::Bool(true)))
    }

    /// The items of the list at a path.
    pub(crate) fn list(&self, path: &str) -> &[Field] {
        self.at_path(path).map_or(&[], Field::items)
    }

    /// The texts of the list at a path.
    pub(crate) fn texts(&self, path: &str) -> Vec<String> {
        self.list(path).iter().filter_map(Field::text).collect()
    }

    /// The texts of the mapping at a path, in order.
    pub(crate) fn pairs(&self, path: &str) -> Vec<(String, Sourced<String>)> {
        let entries = self.at_path(path).map_or(&[][..], Field::entries);
        entries.iter().filter_map(|(key, value)| Some((key.clone(), value.sourced_text()?))).collect()
    }

    pub(crate) fn value(&self) -> Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::List(items) => Value::Array(items.iter().map(Field::value).collect()),
            Kind::Map(entries) => Value::Object(
                entries.iter().map(|(key, value)| (key.clone(), value.value())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// Leaves these keys of a mapping alone.
    pub(crate) fn keep_keys(&mut self, keys: &[&str]) {
        if let Kind::Map(entries) = &mut self.kind {
            entries.retain(|(key, _)| keys.contains(&key.as_str()));
        }
    }

    /// Lays a JSON merge patch (RFC 7396) over this value: mappings merge, null deletes, the rest replaces.
    pub(crate) fn merge(&mut self, patch: &Field) {
        let Kind::Map(changes) = &patch.kind else { return *self = patch.clone() };
        if !matches!(self.kind, Kind::Map(_)) {
            *self = Field::new(Kind::Map(Vec::new()), patch.at.clone());
        }
        let Kind::Map(entries) = &mut self.kind else { return };
        for (key, change) in changes {
            let found = entries.iter().position(|(name, _)| name == key);
            match (&change.kind, found) {
                (Kind::Scalar(Value::Null), Some(index)) => drop(entries.remove(index)),
                (Kind::Scalar(Value::Null), None) => {}
                (_, Some(index)) => entries[index].1.merge(change),
                (_, None) => {
                    let mut added = Field::new(Kind::Scalar(Value::Null), change.at.clone());
                    added.merge(change);
                    entries.push((key.clone(), added));
                }
            }
        }
    }
}

/// The documents of a file; those that are empty are left out.
pub(crate) fn documents(path: &str, bytes: &[u8]) -> Result<Vec<Field>, YamlError> {
    let text = yaml::text_of(bytes, &LIMITS)?;
    let file: Arc<str> = path.into();
    let mut fields = Vec::new();
    for document in yaml::parse(text, &LIMITS)? {
        // What Kubernetes would refuse (duplicate keys, alias bombs) is refused here, before it is walked.
        if !yaml::to_value(&document, &document.root, &LIMITS)?.is_null() {
            fields.push(Walk { document: &document, file: &file }.field(&document.root)?);
        }
    }
    Ok(fields)
}

struct Walk<'a> {
    document: &'a Document,
    file: &'a Arc<str>,
}

impl<'a> Walk<'a> {
    fn field(&self, node: &'a Node) -> Result<Field, YamlError> {
        let target = self.document.resolve(node);
        let kind = match &target.kind {
            NodeKind::Sequence { items, .. } => {
                Kind::List(items.iter().map(|item| self.field(item)).collect::<Result<_, _>>()?)
            }
            NodeKind::Mapping { entries, .. } => Kind::Map(self.mapping(entries)?),
            NodeKind::Scalar { .. } | NodeKind::Alias(_) => {
                Kind::Scalar(yaml::to_value(self.document, target, &LIMITS)?)
            }
        };
        let at = Location { file: self.file.clone(), line: target.line, bytes: (&target.span).into() };
        Ok(Field::new(kind, at))
    }

    fn mapping(&self, entries: &'a [(Node, Node)]) -> Result<Vec<(String, Field)>, YamlError> {
        let mut fields: Vec<(String, Field)> = Vec::with_capacity(entries.len());
        let mut put = |key: String, field: Field| match fields.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = field,
            None => fields.push((key, field)),
        };
        for (key, value) in entries {
            if yaml::is_merge_key(key) {
                self.merged(value)?.into_iter().for_each(|(key, field)| put(key, field));
            } else if let Some(key) = yaml::key_text(self.document, key) {
                put(key, self.field(value)?);
            }
        }
        Ok(fields)
    }

    /// What a merge key brings: of several mappings the first one wins.
    fn merged(&self, value: &'a Node) -> Result<Vec<(String, Field)>, YamlError> {
        let target = self.document.resolve(value);
        let sources = match target.kind {
            NodeKind::Sequence { .. } => target.items(),
            _ => std::slice::from_ref(target),
        };
        let mut all = Vec::new();
        for source in sources.iter().rev() {
            all.extend(self.mapping(self.document.resolve(source).entries())?);
        }
        Ok(all)
    }
}
