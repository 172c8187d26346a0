//! What can be wrong with what is packed.

use kube_model::{Object, ObjectKey};

/// Why nodes or workloads cannot be packed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackingError {
    /// A field that Kubernetes, or the schema of node groups, refuses.
    #[error("{file}:{line}: {object}: {path}: {why}")]
    Field {
        /// The file.
        file: String,
        /// The line where the object starts.
        line: usize,
        /// The object.
        object: Box<ObjectKey>,
        /// The field, with dots.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// More pods than a cluster can have.
    #[error("{pods} pods are to be placed, and {limit} are the most")]
    TooManyPods {
        /// How many there are.
        pods: u64,
        /// The most.
        limit: u64,
    },
    /// No node and no node group is described.
    #[error("no node, no NodeGroups and no NodePool is among what describes the nodes")]
    NoNodes,
}

impl PackingError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field { .. } => "PACKING_FIELD",
            Self::TooManyPods { .. } => "PACKING_TOO_MANY_PODS",
            Self::NoNodes => "PACKING_NO_NODES",
        }
    }

    pub(crate) fn field(object: &Object, path: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Field {
            file: object.origin.file.to_string(),
            line: object.origin.line,
            object: Box::new(object.key.clone()),
            path: path.into(),
            why: why.into(),
        }
    }
}
