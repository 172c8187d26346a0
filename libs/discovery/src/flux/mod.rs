//! What Flux reads: Kustomizations and HelmReleases.

mod image_policy;
pub(crate) mod kustomization;
pub(crate) mod release;
mod sources;
mod values_from;

pub use image_policy::image_policy_values;
pub(crate) use image_policy::markers;
pub(crate) use sources::Sources;
