//! What Argo CD and Flux lay over a kustomization.

use serde_json::Value;

use crate::place::Sourced;

/// Fields that are set over the kustomization of a directory, as if they stood in it. Argo CD sets them with
/// `kustomize edit`, Flux writes them into a kustomization around it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overrides {
    /// Entries of `images`; they replace an entry of the same name.
    pub images: Vec<ImageOverride>,
    /// Entries of `replicas`.
    pub replicas: Vec<ReplicaOverride>,
    /// `namePrefix`.
    pub name_prefix: Option<Sourced<String>>,
    /// `nameSuffix`.
    pub name_suffix: Option<Sourced<String>>,
    /// `namespace`.
    pub namespace: Option<Sourced<String>>,
    /// Labels, in the order they are written.
    pub labels: Vec<(String, Sourced<String>)>,
    /// Where labels go.
    pub label_scope: LabelScope,
    /// Annotations, in the order they are written.
    pub annotations: Vec<(String, Sourced<String>)>,
    /// Entries of `patches`, after those of the directory.
    pub patches: Vec<PatchOverride>,
    /// Entries of `components`: paths relative to the directory.
    pub components: Vec<Sourced<String>>,
    /// A component that does not exist is passed over.
    pub ignore_missing_components: bool,
}

/// Where labels are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LabelScope {
    /// On objects, templates and selectors (`commonLabels`).
    #[default]
    Selectors,
    /// On objects alone (`labels` without selectors; Flux's `commonMetadata`).
    Objects,
    /// On objects and templates (`labels` with `includeTemplates`).
    Templates,
}

/// An entry of `images`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageOverride {
    /// The image that it is for, without tag.
    pub name: String,
    /// Another repository.
    pub new_name: Option<Sourced<String>>,
    /// The tag.
    pub new_tag: Option<Sourced<String>>,
    /// The digest, `sha256:…`.
    pub digest: Option<Sourced<String>>,
    /// Whether all of it is written as one text, as Argo CD does.
    pub is_one_text: bool,
}

/// An entry of `replicas`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaOverride {
    /// The name of the workload.
    pub name: String,
    /// How many.
    pub count: Sourced<u64>,
}

/// An entry of `patches`.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchOverride {
    /// The patch.
    pub patch: Patch,
    /// What it is for, as kustomize's `target`; none for a patch that names its object.
    pub target: Option<Value>,
    /// Kustomize's `options`, such as `allowNameChange`.
    pub options: Option<Value>,
}

/// A patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patch {
    /// Its text: a strategic merge, or JSON 6902.
    Inline(Sourced<String>),
    /// A file, relative to the directory.
    File(Sourced<String>),
}

impl Overrides {
    /// Whether nothing is laid over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self
            == Self {
                label_scope: self.label_scope,
                ignore_missing_components: self.ignore_missing_components,
                ..Self::default()
            }
    }
}
