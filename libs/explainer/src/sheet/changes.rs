//! What changes, sorted by what it is.

use kube_model::image::ImageRef;
use kube_model::{ObjectRef, Path};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One change, as a comparison of two states gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeItem {
    /// The object.
    pub object: ObjectRef,
    /// What happens.
    pub op: Op,
    /// Where in it; empty for the object itself.
    pub path: Path,
    /// The value before.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Something new.
    Add,
    /// Something gone.
    Remove,
    /// Another value.
    Replace,
}

/// What changes, sorted by what it is. [`ChangeFacts::of`] makes it from a list of changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangeFacts {
    /// The objects that are new.
    pub added: Vec<ObjectRef>,
    /// The objects that are gone.
    pub removed: Vec<ObjectRef>,
    /// Of what is gone and new, the pairs that are one thing under another name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renamed>,
    /// The objects that differ.
    pub modified: Vec<ObjectRef>,
    /// The images that differ.
    pub images: Vec<ImageChange>,
    /// Environment variables, arguments and keys of ConfigMaps and Secrets.
    pub settings: Vec<SettingChange>,
    /// Replicas, requests, limits and storage.
    pub sizes: Vec<SizeChange>,
    /// Everything else.
    pub fields: Vec<FieldChange>,
    /// How many differences in writing were left out because they mean the same.
    pub suppressed: usize,
}

/// An object that is called differently after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Renamed {
    /// The object before.
    pub before: ObjectRef,
    /// The object after.
    pub after: ObjectRef,
    /// What that does in a cluster, as a clause.
    pub consequence: String,
}

/// Another image of a container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageChange {
    /// The workload.
    pub object: ObjectRef,
    /// The container.
    pub container: String,
    /// The image before.
    pub before: Option<String>,
    /// The image after.
    pub after: Option<String>,
}

/// Another setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettingChange {
    /// The workload, ConfigMap or Secret.
    pub object: ObjectRef,
    /// What it is.
    pub kind: SettingKind,
    /// Its name: a variable, a flag or a key.
    pub name: String,
    /// What happens to it.
    pub op: Op,
    /// The value before, if it is a plain one.
    pub before: Option<Value>,
    /// The value after, if it is a plain one.
    pub after: Option<Value>,
}

/// What a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingKind {
    /// An environment variable.
    Environment,
    /// An argument.
    Argument,
    /// A key of a ConfigMap.
    Config,
    /// A key of a Secret: its values are never said.
    Secret,
}

/// Another size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SizeChange {
    /// The object.
    pub object: ObjectRef,
    /// What people call the size: `the memory limit of container web`.
    pub what: String,
    /// The size before.
    pub before: Option<Value>,
    /// The size after.
    pub after: Option<Value>,
}

/// Another field that has no name of its own here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The object.
    pub object: ObjectRef,
    /// Where.
    pub path: Path,
    /// What happens.
    pub op: Op,
}

impl ChangeFacts {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && !self.has_named() && self.fields.is_empty()
    }

    /// The objects that are new, without those that were there under another name.
    pub(crate) fn new_objects(&self) -> Vec<ObjectRef> {
        let is_new = |object: &&ObjectRef| self.renamed.iter().all(|one| one.after != **object);
        self.added.iter().filter(is_new).cloned().collect()
    }

    /// How many objects are new and gone under another name. Those that are one object with a new hash are not: what
    /// changes in them is told.
    pub(crate) fn renamed_objects(&self) -> usize {
        self.renamed.iter().filter(|one| self.added.contains(&one.after)).count()
    }

    /// The objects that are gone, without those that are there under another name.
    pub(crate) fn gone_objects(&self) -> Vec<ObjectRef> {
        let is_gone = |object: &&ObjectRef| self.renamed.iter().all(|one| one.before != **object);
        self.removed.iter().filter(is_gone).cloned().collect()
    }

    /// Whether anything changes inside objects that has a name of its own here.
    pub(crate) fn has_named(&self) -> bool {
        !(self.images.is_empty() && self.settings.is_empty() && self.sizes.is_empty())
    }
}

impl ImageChange {
    /// What tells the two images apart: of one repository the tags, else the digests, else all of it.
    pub(crate) fn versions(&self) -> Option<(String, String)> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        let (was, is) = (ImageRef::parse(before), ImageRef::parse(after));
        let pair = |was: Option<&str>, is: Option<&str>| {
            was.zip(is).filter(|(was, is)| was != is).map(|(was, is)| (was.to_owned(), is.to_owned()))
        };
        let same = was.repository == is.repository;
        let (was_digest, is_digest) = (was.digest.map(short), is.digest.map(short));
        let found = same.then(|| {
            pair(was.tag, is.tag)
                .or_else(|| pair(was_digest, is_digest))
                .or_else(|| pair(was.digest, is.digest))
        });
        Some(found.flatten().unwrap_or_else(|| (before.clone(), after.clone())))
    }
}

/// As much of a digest as people compare: `sha256:0123456789ab`.
fn short(digest: &str) -> &str {
    let start = digest.find(':').map_or(0, |colon| colon + 1);
    digest.get(..start + 12).unwrap_or(digest)
}
