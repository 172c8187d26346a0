//! A `kustomization.yaml`, with the place of every entry.

mod decode;
mod generator;
mod parts;
mod read;
mod replacement;

use std::ops::Range;

pub(crate) use decode::{Decode, Fault, Fields, Unknown};
pub use generator::{Generator, GeneratorOptions, SecretType};
pub use parts::{Image, Label, Patch, PatchOptions, Replica, SortOptions, Variable};
pub(crate) use read::Text;
pub use read::read;
pub use replacement::{FieldOptions, Replacement, ReplacementSource, ReplacementTarget, Replacements};

pub use crate::selector::Selector;

/// The names of the file, of which a directory has one.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Something with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// It.
    pub value: T,
    /// The line, from 1.
    pub line: usize,
    /// The bytes of its node, as [`kube_model::yaml::Node::span`] gives them.
    pub span: Range<usize>,
}

/// Keys and texts, as labels and annotations are given.
pub type Pairs = Vec<(String, Located<String>)>;

/// A kustomization. What is deprecated is where its successor is: `bases` after `resources`, `imageTags` after
/// `images`, `env` after `envs`.
#[derive(Debug, Clone, Default)]
pub struct Kustomization {
    /// Its file, from the root of the tree.
    pub file: String,
    /// Whether it is a `Component`.
    pub is_component: bool,
    /// `resources`.
    pub resources: Vec<Located<String>>,
    /// `components`.
    pub components: Vec<Located<String>>,
    /// `namespace`.
    pub namespace: Option<Located<String>>,
    /// `namePrefix`.
    pub name_prefix: Option<Located<String>>,
    /// `nameSuffix`.
    pub name_suffix: Option<Located<String>>,
    /// `labels`.
    pub labels: Vec<Label>,
    /// `commonLabels`.
    pub common_labels: Pairs,
    /// `commonAnnotations`.
    pub common_annotations: Pairs,
    /// `images`.
    pub images: Vec<Image>,
    /// `replicas`.
    pub replicas: Vec<Replica>,
    /// `patches`.
    pub patches: Vec<Patch>,
    /// `patchesStrategicMerge`: files or patches.
    pub patches_strategic_merge: Vec<Located<String>>,
    /// `patchesJson6902`.
    pub patches_json6902: Vec<Patch>,
    /// `configMapGenerator`.
    pub config_map_generator: Vec<Generator>,
    /// `secretGenerator`.
    pub secret_generator: Vec<Generator>,
    /// `generatorOptions`.
    pub generator_options: Option<GeneratorOptions>,
    /// `replacements`.
    pub replacements: Vec<Replacements>,
    /// `vars`.
    pub vars: Vec<Variable>,
    /// `configurations`: files of field specs.
    pub configurations: Vec<Located<String>>,
    /// `crds`: files of OpenAPI definitions.
    pub crds: Vec<Located<String>>,
    /// `openapi.path`.
    pub openapi_path: Option<Located<String>>,
    /// `openapi.version`.
    pub openapi_version: Option<Located<String>>,
    /// `sortOptions`.
    pub sort_options: Option<SortOptions>,
    /// `buildMetadata`.
    pub build_metadata: Vec<Located<String>>,
    /// `generators`: files, directories or objects.
    pub generators: Vec<Located<String>>,
    /// `transformers`: files, directories or objects.
    pub transformers: Vec<Located<String>>,
    /// `validators`: files, directories or objects.
    pub validators: Vec<Located<String>>,
    /// The fields that run `helm`, where they are given.
    pub helm: Option<Located<&'static str>>,
}
