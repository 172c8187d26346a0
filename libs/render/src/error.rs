//! What can be wrong.

use helm::HelmError;
use kube_model::StateError;
use kustomize::KustomizeError;

/// Why an environment has no objects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// Manifests that cannot be read, or what a program printed.
    #[error(transparent)]
    Manifest(#[from] StateError),
    /// A kustomization that does not build.
    #[error(transparent)]
    Kustomize(#[from] KustomizeError),
    /// A chart that cannot be read.
    #[error(transparent)]
    Chart(#[from] HelmError),
    /// A program that failed, or that may not run.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// A part of the environment that this repository does not hold.
    #[error("a part of it is in {0}, which is another repository; what is rendered from there is not known")]
    Elsewhere(String),
    /// A file that the recipe names.
    #[error("there is no {0}")]
    Missing(String),
    /// An input that cannot be read here.
    #[error("an input of it is not known: {0}")]
    Unknown(String),
    /// A `${NAME}` that is not understood.
    #[error("{object}: {why}")]
    Variable {
        /// The object that it stands in.
        object: String,
        /// What is wrong.
        why: String,
    },
}

/// What a program that renders could not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProgramError {
    /// The stable code, which has a page in `runbooks/`.
    pub code: &'static str,
    /// What people are told; no secret stands in it.
    pub message: String,
}

impl RenderError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Manifest(error) => error.code(),
            Self::Kustomize(error) => error.code(),
            Self::Chart(error) => error.code(),
            Self::Program(error) => error.code,
            Self::Elsewhere(_) | Self::Unknown(_) => "RENDER_ELSEWHERE",
            Self::Missing(_) => "RENDER_INPUT_MISSING",
            Self::Variable { .. } => "RENDER_VARIABLE",
        }
    }
}
