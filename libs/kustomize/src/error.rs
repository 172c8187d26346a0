//! What can be wrong with a tree.

use std::fmt;

use kube_model::yaml::YamlError;

/// A tree that cannot be built: where, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", Place(self))]
pub struct KustomizeError {
    /// The file, from the root of the tree.
    pub file: String,
    /// The line, from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

struct Place<'a>(&'a KustomizeError);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.file.as_str(), self.0.line) {
            ("", _) => Ok(()),
            (file, Some(line)) => write!(f, "{file}:{line}: "),
            (file, None) => write!(f, "{file}: "),
        }
    }
}

impl KustomizeError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }
}

/// The ways in which a tree can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A directory without a kustomization.
    #[error("{0:?} has no kustomization.yaml, kustomization.yml or Kustomization")]
    NoKustomization(String),
    /// A directory with several.
    #[error("{0:?} has several of kustomization.yaml, kustomization.yml and Kustomization")]
    SeveralKustomizations(String),
    /// A file or directory that is not there.
    #[error("there is no file or directory {0:?}")]
    Missing(String),
    /// A symbolic link.
    #[error("{0:?} is, or leads through, a symbolic link, which is not followed")]
    Link(String),
    /// An absolute path.
    #[error("{0:?} is an absolute path; paths are relative to the kustomization")]
    Absolute(String),
    /// A path that leaves the repository.
    #[error("{0:?} leads out of the repository")]
    OutsideRepository(String),
    /// A file above or beside the kustomization's own directory.
    #[error("the file {0:?} is not in or below the kustomization's own directory")]
    AboveKustomization(String),
    /// A base that contains a directory that is being built.
    #[error("{0:?} is, or contains, a directory that is being built: a cycle")]
    Cycle(String),
    /// Something that needs the network.
    #[error("{0:?} is fetched over the network, which is not done here")]
    Remote(String),
    /// Something that only another program can do.
    #[error("`{0}` runs another program, which is not done here")]
    OutsideTool(String),
    /// A limit was reached.
    #[error("more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
    /// Not YAML.
    #[error("{0}")]
    Yaml(YamlError),
    /// A field of a kustomization (or of a file that it names) is unknown, of a wrong type, or contradicts another.
    #[error("{0}")]
    Field(String),
    /// A document that is no resource.
    #[error("{0}")]
    Resource(String),
    /// Two resources with one id.
    #[error("there are two resources {0}")]
    Duplicate(String),
    /// A patch whose target is not there, or not one.
    #[error("{0}")]
    Target(String),
    /// A patch that cannot be read or does not fit its target.
    #[error("{0}")]
    Patch(String),
    /// A generator that cannot make its object.
    #[error("{0}")]
    Generator(String),
    /// A transformer that does not fit what it finds.
    #[error("{0}")]
    Transformer(String),
    /// A name that could refer to several objects.
    #[error("{0}")]
    Reference(String),
    /// A replacement without source or target.
    #[error("{0}")]
    Replacement(String),
    /// A variable that cannot be resolved.
    #[error("{0}")]
    Variable(String),
    /// A value that cannot be printed.
    #[error("{0}")]
    Value(String),
}

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Self::NoKustomization(_) | Self::SeveralKustomizations(_) => "KUSTOMIZE_NO_KUSTOMIZATION",
            Self::Missing(_) => "KUSTOMIZE_FILE_MISSING",
            Self::Link(_) | Self::Absolute(_) | Self::OutsideRepository(_) | Self::AboveKustomization(_) => {
                "KUSTOMIZE_PATH"
            }
            Self::Cycle(_) => "KUSTOMIZE_CYCLE",
            Self::Remote(_) => "KUSTOMIZE_REMOTE_BASE",
            Self::OutsideTool(_) => "KUSTOMIZE_OUTSIDE",
            Self::Limit { .. } => "KUSTOMIZE_LIMIT",
            Self::Yaml(error) => error.code(),
            Self::Field(_) => "KUSTOMIZE_FIELD",
            Self::Resource(_) => "KUSTOMIZE_RESOURCE",
            Self::Duplicate(_) => "KUSTOMIZE_DUPLICATE",
            Self::Target(_) => "KUSTOMIZE_NO_TARGET",
            Self::Patch(_) => "KUSTOMIZE_PATCH",
            Self::Generator(_) => "KUSTOMIZE_GENERATOR",
            Self::Transformer(_) => "KUSTOMIZE_TRANSFORMER",
            Self::Reference(_) => "KUSTOMIZE_REFERENCE",
            Self::Replacement(_) => "KUSTOMIZE_REPLACEMENT",
            Self::Variable(_) => "KUSTOMIZE_VARIABLE",
            Self::Value(_) => "KUSTOMIZE_VALUE",
        }
    }

    pub(crate) fn at(self, file: &str, line: usize) -> KustomizeError {
        KustomizeError { file: file.to_owned(), line: Some(line), problem: self }
    }

    pub(crate) fn in_file(self, file: &str) -> KustomizeError {
        KustomizeError { file: file.to_owned(), line: None, problem: self }
    }
}
