//! Where a field comes from.

use std::ops::Range;
use std::sync::Arc;

/// What set a field. An index counts the entries of that field of the kustomization, from 0, as they are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// A resource's own file.
    Resource,
    /// An entry of `patches`.
    Patch(usize),
    /// An entry of `patchesStrategicMerge`.
    PatchStrategicMerge(usize),
    /// An entry of `patchesJson6902`.
    PatchJson6902(usize),
    /// An entry of `images` (those of the older `imageTags` are counted after them).
    Image(usize),
    /// An entry of `replicas`.
    Replicas(usize),
    /// `namespace`.
    Namespace,
    /// `namePrefix`.
    NamePrefix,
    /// `nameSuffix`.
    NameSuffix,
    /// An entry of `labels`.
    Labels(usize),
    /// `commonLabels`.
    CommonLabels,
    /// `commonAnnotations`.
    CommonAnnotations,
    /// An entry of `configMapGenerator` or `secretGenerator`: what is no data (kind, name, type, options).
    Generator(GeneratorKind, usize),
    /// A literal of a generator.
    Literal {
        /// Which generators.
        kind: GeneratorKind,
        /// Which of them.
        generator: usize,
        /// Which of its literals.
        index: usize,
    },
    /// A file of a generator: the key holds its content.
    File {
        /// Which generators.
        kind: GeneratorKind,
        /// Which of them.
        generator: usize,
        /// Which of its files.
        index: usize,
    },
    /// A line of an `envs` file of a generator.
    Env {
        /// Which generators.
        kind: GeneratorKind,
        /// Which of them.
        generator: usize,
        /// Which of its `envs`.
        index: usize,
    },
    /// `generatorOptions`.
    GeneratorOptions,
    /// The suffix that is computed from a generated object's content.
    Hash,
    /// A name that follows the name of the object that it refers to.
    NameReference,
    /// An entry of `replacements`; one by `path` counts as one.
    Replacement(usize),
    /// `vars`.
    Var,
    /// A transformer that is configured as an object of its own, by its kind.
    Transformer(String),
    /// `buildMetadata`.
    BuildMetadata,
}

/// The two generators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GeneratorKind {
    /// `configMapGenerator`.
    ConfigMap,
    /// `secretGenerator`.
    Secret,
}

/// Where one field of a rendered object comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOrigin {
    /// The file, from the root of the tree: what the resource, the patch or the kustomization is in.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The bytes of the node in that file, as [`kube_model::yaml::Node::span`] gives them. None where there is no one
    /// node (a hash, a name that follows another), and in patches that are written in quotes.
    pub span: Option<Range<usize>>,
    /// The directory of the kustomization that set it, from the root of the tree; empty for the root itself.
    pub layer: String,
    /// What set it.
    pub by: By,
}

/// What the nodes of one file, or of one entry, have in common.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) file: Arc<str>,
    pub(crate) layer: Arc<str>,
    pub(crate) by: By,
}

/// The origin of a node, as small as it can be.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) source: Arc<Source>,
    line: u32,
    start: u32,
    end: u32,
}

const NO_SPAN: u32 = u32::MAX;

impl Origin {
    pub(crate) fn new(source: &Arc<Source>, line: usize, span: Option<&Range<usize>>) -> Self {
        let small = |number: usize| u32::try_from(number).unwrap_or(NO_SPAN);
        let (start, end) = span.map_or((NO_SPAN, NO_SPAN), |span| (small(span.start), small(span.end)));
        Self { source: Arc::clone(source), line: small(line), start, end }
    }

    pub(crate) fn line(&self) -> usize {
        self.line as usize
    }

    pub(crate) fn field(&self) -> FieldOrigin {
        let has_span = self.start != NO_SPAN && self.end != NO_SPAN;
        FieldOrigin {
            file: self.source.file.to_string(),
            line: self.line(),
            span: has_span.then_some(self.start as usize..self.end as usize),
            layer: self.source.layer.to_string(),
            by: self.source.by.clone(),
        }
    }
}
