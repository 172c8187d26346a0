//! What changes, sorted by what it is.

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
