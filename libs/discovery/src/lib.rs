//! Which environments a repository has, and how each is rendered.
//!
//! What people already wrote is read: `plimsoll.yaml`, Argo CD's Applications and ApplicationSets, Flux' Kustomizations and
//! HelmReleases, and the layouts that teams share (`overlays/NAME`, `values-NAME.yaml`). Each value that was found keeps
//! the place that it was read from, since that is where an edit of it belongs. The crate does no I/O.

mod argo;
mod candidate;
mod declared;
mod delivery;
mod discover;
mod environment;
mod field;
mod flux;
mod found;
mod glob;
mod gotemplate;
mod helm;
mod hydrated;
mod init;
mod kargo;
mod layout;
mod naming;
mod note;
mod object;
mod overrides;
mod place;
mod reads;
mod recipe;
mod repository;
mod settings;
mod words;

pub use declared::Declared;
pub use delivery::{Delivery, SyncWindow};
pub use discover::{discover, environment_at, found_again};
pub use environment::{Environment, Evidence, FreightRequest, KargoStage, OwnedBy, Owner, Owns};
pub use flux::image_policy_values;
pub use found::{Discovered, DiscoveryError, Found};
pub use helm::{Chart, Helm, RemoteChart, SetForm, SetValue, Skip, Values};
pub use hydrated::HYDRATOR_METADATA;
pub use init::{PlimsollYaml, plimsoll_yaml};
pub use note::{Note, Problem};
pub use overrides::{ImageOverride, LabelScope, Overrides, Patch, PatchOverride, ReplicaOverride};
pub use place::{Location, Sourced, Span};
pub use reads::Reads;
pub use recipe::{Command, Depth, Elsewhere, Kustomize, Plain, Recipe};
pub use repository::Repository;
pub use settings::{ImagePart, Sets, Setting};
