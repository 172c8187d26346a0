//! One object of a manifest.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::scope;

/// What an object is, apart from its version: two objects of one key are the same object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectKey {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace; none where the manifest names none, or the kind belongs to none.
    pub namespace: Option<String>,
    /// The name (for `generateName`, the prefix and `*`).
    pub name: String,
}

impl ObjectKey {
    /// What lists are sorted by: kind, namespace, name, group.
    fn order(&self) -> (&str, Option<&str>, &str, &str) {
        (&self.kind, self.namespace.as_deref(), &self.name, &self.group)
    }

    /// `deployment/web`, as the summary of a diff names objects.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}/{}", self.kind.to_lowercase(), self.name)
    }
}

impl PartialOrd for ObjectKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ObjectKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl fmt::Display for ObjectKey {
    /// As in the grammar of places: `Kind[.group]/[namespace/]name`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        f.write_str("/")?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        match self.name.contains(':') {
            true => write!(f, "\"{}\"", self.name),
            false => f.write_str(&self.name),
        }
    }
}

/// An object, as documents name it: with the version that its manifest gives.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Its `apiVersion`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace, if its manifest names one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl ObjectRef {
    /// The reference to an object.
    #[must_use]
    pub fn of(object: &Object) -> Self {
        Self {
            api_version: object.api_version.clone(),
            kind: object.key.kind.clone(),
            namespace: object.key.namespace.clone(),
            name: object.key.name.clone(),
        }
    }

    /// The identity of the object.
    #[must_use]
    pub fn key(&self) -> ObjectKey {
        ObjectKey {
            group: group_of(&self.api_version).to_owned(),
            kind: self.kind.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }
}

/// The group of an `apiVersion`; empty for the core group.
pub(crate) fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The fields that make up an object's identity: texts, all of them.
const IDENTITY: [&[&str]; 5] = [
    &["apiVersion"],
    &["kind"],
    &["metadata", "name"],
    &["metadata", "generateName"],
    &["metadata", "namespace"],
];

/// What is wrong with a field of an object's identity.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FieldProblem {
    /// It is not there.
    Missing(&'static str),
    /// It is no text.
    NotText(&'static [&'static str]),
}

/// Where an object was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file, relative to its source.
    pub file: Arc<str>,
    /// Which document of the file, from 0.
    pub document: usize,
    /// Which item, if the document is a `List`; one index for each level of nesting.
    pub items: Vec<usize>,
    /// The line where it starts, from 1.
    pub line: usize,
}

/// One object of a manifest, as Kubernetes would read it.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its identity.
    pub key: ObjectKey,
    /// Its `apiVersion`.
    pub api_version: String,
    /// All of it. States share the objects that they have in common.
    pub value: Arc<Value>,
    /// Where it was read.
    pub origin: Origin,
}

impl Object {
    /// The value below these keys.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().try_fold(&*self.value, |value, key| value.get(key))
    }

    /// The text below these keys.
    #[must_use]
    pub fn text(&self, keys: &[&str]) -> Option<&str> {
        self.at(keys).and_then(Value::as_str)
    }

    /// The object of a value, or the field that is missing or is no text.
    pub(crate) fn identify(value: Value, origin: Origin) -> Result<Self, FieldProblem> {
        for keys in IDENTITY {
            let found = keys.iter().try_fold(&value, |value, key| value.get(key));
            if found.is_some_and(|found| !found.is_string() && !found.is_null()) {
                return Err(FieldProblem::NotText(keys));
            }
        }
        let text = |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let kind = text("kind").ok_or(FieldProblem::Missing("kind"))?.to_owned();
        let api_version = text("apiVersion").ok_or(FieldProblem::Missing("apiVersion"))?.to_owned();
        let metadata = |key: &str| value.get("metadata")?.get(key)?.as_str().filter(|text| !text.is_empty());
        let name = match (metadata("name"), metadata("generateName")) {
            (Some(name), _) => name.to_owned(),
            (None, Some(prefix)) => format!("{prefix}*"),
            (None, None) => return Err(FieldProblem::Missing("metadata.name")),
        };
        let group = group_of(&api_version).to_owned();
        let scoped = scope::belongs_to_cluster(&group, &kind);
        let namespace = metadata("namespace").filter(|_| !scoped).map(str::to_owned);
        let key = ObjectKey { group, kind, namespace, name };
        Ok(Self { key, api_version, value: Arc::new(value), origin })
    }
}
