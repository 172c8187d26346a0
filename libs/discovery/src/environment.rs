//! An environment, and who else has a say in it.

use crate::delivery::Delivery;
use crate::note::Note;
use crate::place::{Location, Sourced};
use crate::reads::Reads;
use crate::recipe::Recipe;

/// One place where an application runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Its name, such as `production`.
    pub name: String,
    /// How it is rendered.
    pub recipe: Recipe,
    /// The namespace that it is deployed to.
    pub namespace: Option<String>,
    /// The cluster that it is deployed to: a name, or the host of its API server.
    pub cluster: Option<String>,
    /// The revision of the repository that is deployed, where it is not the default branch's: with a branch for each
    /// environment, its branch.
    pub revision: Option<String>,
    /// What describes the nodes that it runs on: a file or a directory of the repository.
    pub nodes: Option<String>,
    /// The policies that are held against its changes: files and directories of the repository.
    pub policies: Vec<String>,
    /// How it was found.
    pub found_by: Evidence,
    /// Who else writes what it is rendered from.
    pub owners: Vec<Owner>,
    /// What `${NAME}` stands for in what is rendered (Flux's `postBuild.substitute`), sorted by name. None where nothing
    /// is substituted: `${NAME}` is then text.
    pub variables: Option<Vec<(String, Sourced<String>)>>,
    /// How what is merged comes into the cluster; none where that is at once, and whole.
    pub delivery: Option<Delivery>,
    /// The files that it is rendered from, as far as that can be told without rendering.
    pub reads: Reads,
    /// What of its inputs could not be read. Where there is any, a plan of it is partial.
    pub partial: Vec<Note>,
}

/// What an environment was found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Where: the object, the directory's kustomization or the values file.
    pub at: Location,
    /// In words: `Argo CD Application argocd/shop-staging`.
    pub why: String,
}

/// Something that writes files or fields of an environment by itself. What it owns is not edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Who.
    pub by: OwnedBy,
    /// What it owns.
    pub owns: Owns,
    /// Where that is said.
    pub at: Location,
}

/// Who owns something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnedBy {
    /// A Kargo Stage, which promotes Freight by itself.
    KargoStage(KargoStage),
    /// Argo CD Image Updater.
    ImageUpdater {
        /// The image that it follows, as its list names it.
        image: String,
    },
    /// A hydrator, which renders a dry source into this directory.
    Hydrator {
        /// The dry source: `REPOSITORY at COMMIT`.
        dry: String,
    },
    /// Flux' image automation.
    FluxImagePolicy {
        /// The policy, `namespace:name`.
        policy: String,
    },
}

/// A Stage of Kargo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KargoStage {
    /// Its project.
    pub project: String,
    /// Its name.
    pub name: String,
    /// The Freight that it asks for.
    pub freight: Vec<FreightRequest>,
}

/// Where a Stage takes Freight from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreightRequest {
    /// The Warehouse that makes it.
    pub warehouse: String,
    /// The Stages that it comes through; none for straight from the Warehouse.
    pub stages: Vec<String>,
}

/// What is owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owns {
    /// All that the environment is rendered from.
    Everything,
    /// A file.
    File(String),
    /// A field of a file.
    Field {
        /// The file.
        file: String,
        /// The field, as `images[name=nginx].newTag` or `image.tag`.
        field: String,
    },
    /// The scalar at this place.
    Value(Location),
}
