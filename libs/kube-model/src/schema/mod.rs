//! What Kubernetes' API and the CustomResourceDefinitions of the input say about fields: types, list keys, defaults.
//!
//! The built-in kinds come from a checked-in table (`data/kubernetes.txt`) that `cargo xtask schema` writes from the
//! published OpenAPI documents of the versions named in it. A type is read on the first question about it.

mod crd;
pub(crate) mod table;
mod types;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use table::TYPE_COUNT;
pub use types::{Field, FieldType, ListKey, ListType, Scalar, TypeRef};

use crate::object::{Object, ObjectKey};
use crate::path::Segment;
use table::KindRow;
use types::{Declared, Fields};

/// Kinds that moved to another API group while staying the same objects (Kubernetes' deprecated API migration
/// guide, removals of 1.16 and 1.22): the old group, the kind, the group of today.
const MOVED: [(&str, &str, &str); 6] = [
    ("extensions", "DaemonSet", "apps"),
    ("extensions", "Deployment", "apps"),
    ("extensions", "Ingress", "networking.k8s.io"),
    ("extensions", "NetworkPolicy", "networking.k8s.io"),
    ("extensions", "PodSecurityPolicy", "policy"),
    ("extensions", "ReplicaSet", "apps"),
];

/// The group in which Kubernetes serves a kind today: another one only for kinds that moved.
#[must_use]
pub fn group_today<'a>(group: &'a str, kind: &str) -> &'a str {
    match MOVED.iter().find(|(old, moved, _)| (*old, *moved) == (group, kind)) {
        Some((_, _, today)) => today,
        None => group,
    }
}

/// The schemas of all kinds that are known.
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    custom: BTreeMap<(String, String), CustomKind>,
}

/// What a CustomResourceDefinition says about its kind.
#[derive(Debug, Clone)]
struct CustomKind {
    namespaced: bool,
    /// One for each version, by its name, the stored one first.
    roots: Vec<(String, Arc<Fields>)>,
}

/// The schema of one kind: cheap to copy, and asked by path.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'a> {
    group: &'a str,
    kind: &'a str,
    root: Root<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Root<'a> {
    BuiltIn(KindRow),
    Custom(&'a CustomKind),
    Unknown,
}

impl Schemas {
    /// Kubernetes' own kinds.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BUILT_IN: Schemas = Schemas { custom: BTreeMap::new() };
        &BUILT_IN
    }

    /// These schemas and those of the CustomResourceDefinitions among `objects` (structural schemas of
    /// `apiextensions.k8s.io`, `v1` and `v1beta1`). A later definition of a kind replaces an earlier one.
    #[must_use]
    pub fn with_crds<'o>(&self, objects: impl IntoIterator<Item = &'o Object>) -> Self {
        let mut custom = self.custom.clone();
        custom.extend(objects.into_iter().filter_map(crd::read));
        Self { custom }
    }

    /// The schema of a kind.
    #[must_use]
    pub fn of<'a>(&'a self, group: &'a str, kind: &'a str) -> Schema<'a> {
        let group = group_today(group, kind);
        let root = match table::kind(group, kind) {
            Some(row) => Root::BuiltIn(row),
            None if self.custom.is_empty() => Root::Unknown,
            None => self.custom.get(&(group.to_owned(), kind.to_owned())).map_or(Root::Unknown, Root::Custom),
        };
        Schema { group, kind, root }
    }
}

impl ObjectKey {
    /// What Kubernetes' own API says about objects of this kind.
    #[must_use]
    pub fn schema(&self) -> Schema<'_> {
        Schemas::built_in().of(&self.group, &self.kind)
    }
}

impl<'a> Schema<'a> {
    /// The API group, as Kubernetes calls it today.
    #[must_use]
    pub fn group(self) -> &'a str {
        self.group
    }

    /// The kind.
    #[must_use]
    pub fn kind(self) -> &'a str {
        self.kind
    }

    /// Whether the kind is one of Kubernetes' own.
    #[must_use]
    pub fn is_built_in(self) -> bool {
        matches!(self.root, Root::BuiltIn(_))
    }

    /// Whether objects of the kind have a namespace; none where nobody says.
    #[must_use]
    pub fn is_namespaced(self) -> Option<bool> {
        match self.root {
            Root::BuiltIn(row) => Some(row.namespaced),
            Root::Custom(custom) => Some(custom.namespaced),
            Root::Unknown => None,
        }
    }

    /// The field at a path: by the newest version of the kind that has it. `metadata` is known of every kind.
    #[must_use]
    pub fn field(self, path: &[Segment]) -> Option<Field<'a>> {
        match self.root {
            Root::BuiltIn(row) => row.roots().find_map(|fields| field_of(fields, path)),
            Root::Custom(custom) => custom
                .roots
                .iter()
                .find_map(|(_, fields)| field_of(fields, path))
                .or_else(|| field_of_metadata(path)),
            Root::Unknown => field_of_metadata(path),
        }
    }
}

fn field_of_metadata<'a>(path: &[Segment]) -> Option<Field<'a>> {
    match path {
        [Segment::Key(key), rest @ ..] if key == "metadata" => {
            field_of(table::fields_of("meta.v1.ObjectMeta")?, rest)
        }
        _ => None,
    }
}

/// The field that a path leads to from these fields.
fn field_of<'a>(fields: &'a Fields, path: &[Segment]) -> Option<Field<'a>> {
    let (first, rest) = path.split_first()?;
    let Segment::Key(name) = first else { return None };
    let declared = fields.get(name)?;
    let mut found = Field { field_type: &declared.of, default: declared.default.as_ref() };
    for segment in rest {
        found = match (segment, found.field_type) {
            (Segment::Key(name), FieldType::Object(of)) => {
                let Declared { of, default } = of.fields()?.get(name)?;
                Field { field_type: of, default: default.as_ref() }
            }
            (Segment::Key(_), FieldType::Map(of)) => Field { field_type: of, default: None },
            (Segment::Item(_) | Segment::Flag(_), FieldType::List(_, of)) => {
                Field { field_type: of, default: None }
            }
            _ => return None,
        };
    }
    Some(found)
}

impl TypeRef {
    fn fields(&self) -> Option<&Fields> {
        match self {
            Self::Table(index) => table::fields_at(*index),
            Self::Inline(fields) => Some(fields),
        }
    }
}

#[cfg(test)]
mod tests;
