//! Objects that are one, or stand for one another, though they are called differently.

use std::fmt;

use kube_model::ObjectRef;
use serde::{Deserialize, Serialize};

use crate::diff::Change;

/// An object before and an object after that are called differently and belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// The object before.
    pub before: ObjectRef,
    /// The object after.
    pub after: ObjectRef,
    /// What is different about the name.
    pub how: How,
    /// Of what was found by content: how much alike the two are, in percent of their fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likeness: Option<u8>,
    /// What that does in a cluster, as a sentence without its full stop.
    pub consequence: String,
    /// Of an object that was renamed or moved: in what else it differs. Its changes are those of a removed and an added
    /// object, which is what the cluster does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Change>,
}

impl Match {
    /// Of two that are compared as one.
    pub(crate) fn same(before: ObjectRef, after: ObjectRef, how: How) -> Self {
        let consequence = how.consequence(&after.kind);
        Self { before, after, how, likeness: None, consequence, differences: Vec::new() }
    }
}

/// What is different about the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The version or the group of the API: it is one object.
    ApiVersion,
    /// The hash that Kustomize puts at the end of a generated name: compared as one object.
    HashSuffix,
    /// The name: found by content.
    Renamed,
    /// The namespace: found by content.
    Moved,
}

impl How {
    pub(crate) fn consequence(self, kind: &str) -> String {
        const AFRESH: &str = "a new object is created and the old one deleted";
        match (self, kind) {
            (Self::ApiVersion, _) => {
                "it is the same object, written in another version of the API".to_owned()
            }
            (Self::HashSuffix, _) => {
                "a new object is created and what refers to it follows; the old one stays until it is pruned"
                    .to_owned()
            }
            (Self::Renamed | Self::Moved, "PersistentVolumeClaim") => {
                format!("{AFRESH}; the data of the old claim does not go with it")
            }
            (Self::Renamed | Self::Moved, "StatefulSet") => {
                format!("{AFRESH}; its claims are made anew, and their data stays behind with the old ones")
            }
            (Self::Renamed | Self::Moved, _) => AFRESH.to_owned(),
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiVersion => "another API version",
            Self::HashSuffix => "another hash in the name",
            Self::Renamed => "renamed",
            Self::Moved => "moved to another namespace",
        })
    }
}
