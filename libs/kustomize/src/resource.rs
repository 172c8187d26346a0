//! An object that is being built, with what kustomize remembers of it.

use std::sync::Arc;

use kube_model::schema::Schema;
use kube_model::{ObjectKey, Path, Segment, lists};
use serde_json::Value;

use crate::error::Problem;
use crate::id::{Id, NO_NAMESPACE, is_cluster_scoped, split_version};
use crate::node::{Body, Node};
use crate::origin::{FieldOrigin, Origin};
use crate::scalar::{Scalar, Tag};

/// What a generator does with an object that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behavior {
    /// There must be none (also where nothing is said).
    Create,
    /// It takes its place.
    Replace,
    /// It is merged into it.
    Merge,
}

/// A rendered object.
#[derive(Debug, Clone)]
pub struct Resource {
    pub(crate) node: Node,
    pub(crate) original: ObjectKey,
    /// Its ids before each renaming, first to last.
    pub(crate) previous: Vec<Previous>,
    pub(crate) prefixes: Vec<Arc<str>>,
    pub(crate) suffixes: Vec<Arc<str>>,
    pub(crate) needs_hash: bool,
    pub(crate) behavior: Option<Behavior>,
    pub(crate) is_generated: bool,
    /// Whether nodes of it stand in several places (see [`crate::shared`]).
    pub(crate) is_shared: bool,
    /// The variables that are taken from it.
    pub(crate) variables: Vec<String>,
}

/// An id that an object had; group and version are always those of today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Previous {
    name: Arc<str>,
    namespace: Arc<str>,
    kind: Arc<str>,
}

impl Resource {
    pub(crate) fn new(node: Node) -> Self {
        let mut resource = Self {
            node,
            original: ObjectKey {
                group: String::new(),
                kind: String::new(),
                namespace: None,
                name: String::new(),
            },
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            needs_hash: false,
            behavior: None,
            is_generated: false,
            is_shared: false,
            variables: Vec::new(),
        };
        resource.original = resource.key();
        resource
    }

    /// The object as a value.
    ///
    /// It is whole: what has no value is refused when it is built.
    #[must_use]
    pub fn value(&self) -> Value {
        self.node.value().unwrap_or_default()
    }

    /// What the object is now, as it is applied.
    #[must_use]
    pub fn key(&self) -> ObjectKey {
        let id = self.id();
        ObjectKey {
            group: id.group.to_owned(),
            kind: id.kind.to_owned(),
            namespace: Some(id.namespace.to_owned()).filter(|namespace| !namespace.is_empty()),
            name: id.name.to_owned(),
        }
    }

    /// What the object is called in the file that it comes from (or in its generator): before any prefix, suffix,
    /// namespace and hash.
    #[must_use]
    pub fn original(&self) -> &ObjectKey {
        &self.original
    }

    /// Whether its name carries a hash of its content.
    #[must_use]
    pub fn has_hash(&self) -> bool {
        self.needs_hash
    }

    /// Where the field at a path comes from; of a collection, where the collection itself comes from. None where there
    /// is no such field. Items of lists are found as the schema of the kind tells them apart.
    #[must_use]
    pub fn origin(&self, schema: Schema<'_>, path: &Path) -> Option<FieldOrigin> {
        let mut node = &self.node;
        for (depth, segment) in path.segments().iter().enumerate() {
            node = match (segment, &node.body) {
                (Segment::Key(key), Body::Mapping(_)) => node.get(key)?,
                (_, Body::Sequence(items)) => {
                    let values: Vec<Value> =
                        items.iter().map(|item| item.value().unwrap_or_default()).collect();
                    items.get(lists::index_of(schema, &path.segments()[..depth], &values, segment)?)?
                }
                _ => return None,
            };
        }
        Some(node.origin.field())
    }

    /// Calls `see` with the JSON pointer (RFC 6901) and the origin of every scalar and empty collection, in the order in
    /// which keys are sorted.
    pub fn origins(&self, see: &mut dyn FnMut(&str, &FieldOrigin)) {
        walk_origins(&self.node, &mut String::new(), see);
    }

    pub(crate) fn api_version(&self) -> &str {
        self.node.get("apiVersion").map_or("", Node::text)
    }

    pub(crate) fn group_version(&self) -> (&str, &str) {
        split_version(self.api_version())
    }

    pub(crate) fn kind(&self) -> &str {
        self.node.get("kind").map_or("", Node::text)
    }

    fn metadata_text(&self, key: &str) -> &str {
        self.node.at(&["metadata", key]).filter(|node| !node.is_null()).map_or("", Node::text)
    }

    pub(crate) fn name(&self) -> &str {
        self.metadata_text("name")
    }

    pub(crate) fn namespace(&self) -> &str {
        self.metadata_text("namespace")
    }

    pub(crate) fn id(&self) -> Id<'_> {
        let (group, version) = self.group_version();
        let kind = self.kind();
        let is_cluster = is_cluster_scoped(group, version, kind);
        Id { group, version, kind, name: self.name(), namespace: self.namespace(), is_cluster }
    }

    /// The ids that it had, first to last.
    pub(crate) fn previous_ids(&self) -> impl Iterator<Item = Id<'_>> {
        let (group, version) = self.group_version();
        self.previous.iter().map(move |previous| Id {
            group,
            version,
            kind: &previous.kind,
            name: &previous.name,
            namespace: &previous.namespace,
            is_cluster: false,
        })
    }

    /// The first id that it had.
    pub(crate) fn first_id(&self) -> Id<'_> {
        self.previous_ids().next().unwrap_or_else(|| self.id())
    }

    /// Whether one of its ids, the one of now among them, is wanted.
    pub(crate) fn any_id(&self, wanted: impl Fn(&Id<'_>) -> bool) -> bool {
        self.previous_ids().any(|id| wanted(&id)) || wanted(&self.id())
    }

    /// Remembers the id of now, before it changes.
    pub(crate) fn remember_id(&mut self) {
        let id = self.id();
        let previous = Previous {
            name: id.name.into(),
            namespace: if id.is_cluster { NO_NAMESPACE } else { id.effective_namespace() }.into(),
            kind: id.kind.into(),
        };
        self.previous.push(previous);
    }

    /// Whether kustomize keeps notes among its annotations, so that there are annotations where the file has none.
    pub(crate) fn has_notes(&self) -> bool {
        !self.previous.is_empty() || self.is_generated || self.needs_hash
    }

    pub(crate) fn set_metadata(&mut self, key: &str, text: &str, origin: &Origin) {
        let value = Node::scalar(Scalar::plain(text, Tag::Unset), origin);
        if let Some(metadata) = self.metadata_mut(origin) {
            metadata.set(key, value);
        }
    }

    /// `metadata`, created where there is none.
    pub(crate) fn metadata_mut(&mut self, origin: &Origin) -> Option<&mut Node> {
        if self.node.get("metadata").is_none_or(Node::is_null) {
            self.node.remove("metadata");
            self.node.set("metadata", Node::mapping(origin));
        }
        self.node.get_mut("metadata")
    }

    /// Sets the namespace, or removes it.
    pub(crate) fn set_namespace(&mut self, namespace: &str, origin: &Origin) {
        if namespace.is_empty() {
            if let Some(metadata) = self.node.get_mut("metadata") {
                metadata.remove("namespace");
            }
        } else {
            self.set_metadata("namespace", namespace, origin);
        }
    }

    /// The entries of `metadata.labels` or `metadata.annotations`, as strings, in the order of their keys.
    pub(crate) fn metadata_strings(&self, field: &str) -> Vec<(Arc<str>, Node)> {
        let entries = self.node.at(&["metadata", field]).map_or(&[][..], Node::entries);
        let mut strings: Vec<_> = entries
            .iter()
            .map(|(key, value)| (Arc::clone(key), Node::string(value.text(), &value.origin)))
            .collect();
        strings.sort_by(|one, other| one.0.cmp(&other.0));
        strings
    }

    /// Writes `metadata.labels` or `metadata.annotations`; nothing if there are none.
    pub(crate) fn set_metadata_strings(&mut self, field: &str, strings: Vec<(Arc<str>, Node)>) {
        let origin = self.node.origin.clone();
        let old = self.node.at(&["metadata", field]).map(|node| node.origin.clone());
        let Some(metadata) = self.metadata_mut(&origin) else { return };
        metadata.remove(field);
        let Some((_, first)) = strings.first() else { return };
        let origin = old.unwrap_or_else(|| first.origin.clone());
        metadata.set(field, Node { body: Body::Mapping(Arc::new(strings)), origin });
    }

    pub(crate) fn annotation(&self, key: &str) -> Option<&str> {
        self.node.at(&["metadata", "annotations", key]).map(Node::text)
    }

    pub(crate) fn set_annotation(&mut self, key: &str, text: &str, origin: &Origin) {
        let mut annotations = self.metadata_strings("annotations");
        annotations.retain(|(name, _)| &**name != key);
        annotations.push((key.into(), Node::string(text, origin)));
        annotations.sort_by(|one, other| one.0.cmp(&other.0));
        self.set_metadata_strings("annotations", annotations);
    }

    /// Takes over what kustomize remembers of another: what a generator's object gets from the one that it replaces or
    /// is merged into.
    pub(crate) fn inherit(&mut self, old: &Self) {
        for field in ["labels", "annotations"] {
            let mut strings = old.metadata_strings(field);
            for (key, value) in self.metadata_strings(field) {
                match strings.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, known)) => *known = value,
                    None => strings.push((key, value)),
                }
            }
            strings.sort_by(|one, other| one.0.cmp(&other.0));
            self.set_metadata_strings(field, strings);
        }
        let origin = self.node.at(&["metadata", "name"]).unwrap_or(&self.node).origin.clone();
        self.set_metadata("name", old.name(), &origin);
        self.set_namespace(old.namespace(), &origin);
        self.needs_hash &= old.needs_hash;
        self.behavior = old.behavior;
        self.is_generated = old.is_generated;
        self.previous.clone_from(&old.previous);
        self.prefixes.clone_from(&old.prefixes);
        self.suffixes.clone_from(&old.suffixes);
        self.variables.clone_from(&old.variables);
        self.original = old.original.clone();
    }

    /// The error of a text that is not of its type, with its place.
    pub(crate) fn unprintable(&self) -> Option<(Problem, Origin)> {
        let (path, node) = find_unprintable(&self.node, &mut String::new())?;
        let why = format!("{}, field {path}: the text is not of the type that the field has", self.id());
        Some((Problem::Value(why), node.origin.clone()))
    }
}

fn find_unprintable<'a>(node: &'a Node, path: &mut String) -> Option<(String, &'a Node)> {
    let length = path.len();
    match &node.body {
        Body::Scalar(scalar) => scalar.value().is_none().then(|| (path.clone(), node)),
        Body::Sequence(items) => items.iter().enumerate().find_map(|(index, item)| {
            path.push_str(&format!("[{index}]"));
            let found = find_unprintable(item, path);
            path.truncate(length);
            found
        }),
        Body::Mapping(entries) => entries.iter().find_map(|(key, value)| {
            path.push('.');
            path.push_str(key);
            let found = find_unprintable(value, path);
            path.truncate(length);
            found
        }),
    }
}

fn walk_origins(node: &Node, path: &mut String, see: &mut dyn FnMut(&str, &FieldOrigin)) {
    let length = path.len();
    match &node.body {
        _ if node.is_empty() => see(path, &node.origin.field()),
        Body::Scalar(_) => see(path, &node.origin.field()),
        Body::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push_str(&format!("/{index}"));
                walk_origins(item, path, see);
                path.truncate(length);
            }
        }
        Body::Mapping(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            for (key, value) in entries {
                path.push('/');
                path.push_str(&key.replace('~', "~0").replace('/', "~1"));
                walk_origins(value, path, see);
                path.truncate(length);
            }
        }
    }
}
