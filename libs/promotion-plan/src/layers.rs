//! Targets whose objects are rendered: by Kustomize from layers of files, by Helm from a chart and its values.
//!
//! What a plan decides is about rendered places. What it writes are the target's own inputs, and which input sets a
//! place is not guessed: an edit is proposed ([`kustomize`], [`helm`]), the target is rendered with it ([`trial`]), and
//! it stands only if it moved nothing but what was planned, to what was planned.

mod between;
mod checksums;
mod documents;
mod draft;
mod helm;
mod kustomize;
mod marks;
pub(crate) mod owned;
mod settings;
mod stack;
mod texts;
mod trial;
mod tries;
pub(crate) mod units;
mod words;
mod write;
mod written;

use std::borrow::Cow;
use std::collections::BTreeSet;

use discovery::{Environment, Location};
use file_tree::FileTree;
use render::Rendered;

pub(crate) use documents::Documents;
pub(crate) use draft::Draft;
pub(crate) use marks::Marks;
pub(crate) use tries::Tries;
pub(crate) use units::{Moved, Unit};
pub(crate) use write::{not_text, write};

/// What makes the objects of both sides, where they are not read as they stand.
#[derive(Clone, Copy)]
pub struct Layers<'a> {
    /// The target's.
    pub target: Layer<'a>,
    /// The source's.
    pub source: Layer<'a>,
    /// Files that other environments are rendered from, too: an edit of one would be no promotion.
    pub shared: &'a BTreeSet<String>,
    /// Where other environments are set in the target's repository: what is written there is not the target's alone.
    pub settings_of_others: &'a BTreeSet<Location>,
    /// Renders the target.
    pub renderer: &'a dyn Renderer,
    /// The target, rendered.
    pub rendered: &'a Rendered,
}

/// The files of a side, and what is rendered of them.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    /// The files of the repository.
    pub tree: &'a FileTree,
    /// What is rendered.
    pub inputs: &'a Inputs,
    /// What is laid over it, and what stands for `${NAME}`; none where nobody knows of any.
    pub environment: Option<&'a Environment>,
}

/// What is rendered of a repository's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Inputs {
    /// A kustomization.
    Kustomize {
        /// Its directory in the repository.
        directory: String,
    },
    /// A chart.
    Helm {
        /// Its directory in the repository.
        chart: String,
        /// Its values files, in order: later ones win. The chart's own `values.yaml` is none of them.
        values: Vec<String>,
    },
    /// What a command renders.
    Command {
        /// The directory that it runs in.
        directory: String,
    },
    /// Something in which no edit is known to be made.
    #[default]
    Other,
}

/// Renders the target from its repository's files, some of them edited. It gives the same objects for the same files.
pub trait Renderer {
    /// # Errors
    /// In a sentence, why these files render to nothing.
    fn render(&self, tree: &FileTree) -> Result<Rendered, String>;

    /// How the target is rendered from these files; none if they say it no longer.
    fn environment(&self, tree: &FileTree) -> Option<Cow<'_, Environment>>;
}

impl std::fmt::Debug for Layers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layers")
            .field("target", &self.target.inputs)
            .field("source", &self.source.inputs)
            .finish()
    }
}
