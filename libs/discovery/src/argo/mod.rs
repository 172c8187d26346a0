//! What Argo CD reads: Applications and ApplicationSets.

pub(crate) mod application;
pub(crate) mod build_environment;
pub(crate) mod clusters;
pub(crate) mod generators;
mod git_generator;
mod helm;
pub(crate) mod image_updater;
mod kustomize;
mod parameters;
pub(crate) mod set;
mod source;

pub(crate) use kustomize::patches;
pub(crate) use source::{named_by, path_in};

/// The cluster that a file belongs to by its path: `clusters/NAME/…`, as Flux and many teams lay out their repositories.
pub(crate) fn clusters_directory(file: &str) -> Option<String> {
    let mut parts = file.split('/');
    parts.find(|part| *part == "clusters")?;
    let name = parts.next()?;
    // What follows must be a directory.
    parts.next().map(|_| name.to_owned())
}
