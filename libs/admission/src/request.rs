//! One admission request.

use std::fmt;
use std::sync::Arc;

use kube_model::{ObjectRef, Path, shown};
use serde_json::Value;

use crate::selector::labels_of;
use crate::{Known, Resource, SelectorError, label_selector};

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// It is made.
    Create,
    /// It is there and becomes another.
    Update,
    /// It is taken away.
    Delete,
}

/// One request to the API server, as admission sees it.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is done.
    pub operation: Operation,
    /// The kind.
    pub resource: Resource,
    /// The namespace, where it has one and it is known.
    pub namespace: Option<String>,
    /// The name; empty where the API server makes it.
    pub name: String,
    /// The object after; none when it is deleted.
    pub object: Option<Arc<Value>>,
    /// The object before; none when it is created.
    pub old_object: Option<Arc<Value>>,
    /// The Namespace that it belongs to, if that is among the files.
    pub namespace_object: Option<Arc<Value>>,
    /// The object that people wrote: of a pod that a controller makes, the workload.
    pub written: ObjectRef,
    /// Where the object of the request is in what people wrote; the root, unless a controller makes it.
    pub place: Path,
    /// What stood there before the change, where the request itself is not about that: of a pod that a controller makes, the
    /// pod that it made before.
    pub earlier: Option<Arc<Value>>,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        })
    }
}

/// The label that the API server puts on each Namespace.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

impl Request {
    /// The same objects as a request of the time before the change: what a policy said of it then.
    #[must_use]
    pub fn before(&self) -> Option<Self> {
        let object = self.earlier.as_ref().or(self.old_object.as_ref())?;
        Some(Self {
            operation: Operation::Create,
            object: Some(Arc::clone(object)),
            old_object: None,
            earlier: None,
            ..self.clone()
        })
    }

    /// Whether the object, or the one before, has the labels of a selector: `objectSelector` looks at both.
    ///
    /// # Errors
    /// When the selector has an operator that Kubernetes does not have.
    pub fn objects_match(&self, selector: Option<&Value>) -> Result<Known, SelectorError> {
        let mut is = Known::No;
        for value in [&self.object, &self.old_object].into_iter().flatten() {
            let labels = labels_of(value);
            let label = |key: &str| Ok(text(labels.and_then(|labels| labels.get(key))));
            let one = label_selector(selector, &label)?;
            is = is.or(|| one);
        }
        Ok(is)
    }

    /// Whether the Namespace of the object (the object itself, if it is one) has the labels of a selector. Objects of the whole
    /// cluster are never left out by it.
    ///
    /// # Errors
    /// When the selector has an operator that Kubernetes does not have.
    pub fn namespace_matches(&self, selector: Option<&Value>) -> Result<Known, SelectorError> {
        let is_namespace = self.resource.kind == "Namespace" && self.resource.group.is_empty();
        if !self.resource.is_namespaced && !is_namespace {
            return Ok(Known::Yes);
        }
        let holder = match is_namespace {
            true => self.object.as_ref().or(self.old_object.as_ref()),
            false => self.namespace_object.as_ref(),
        };
        let name = if is_namespace { Some(&self.name) } else { self.namespace.as_ref() };
        label_selector(selector, &|key| match (holder, name) {
            (_, Some(name)) if key == NAME_LABEL => Ok(Some(name.clone())),
            (Some(holder), _) => Ok(text(labels_of(holder).and_then(|labels| labels.get(key)))),
            (None, Some(name)) => {
                Err(format!("the labels of the namespace {}, which is not among the files", shown(name)))
            }
            (None, None) => Err("the namespace of the object, which its manifest does not name".to_owned()),
        })
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}
