//! Names in Git repositories made immutable: a branch becomes a commit, and a file is read at one.
//!
//! [`Repositories`] is what a decider's shell sees. [`MirroredRepositories`] asks the Git hosts through
//! [`source::Mirrors`]; [`MemoryRepositories`] is its twin for tests and the simulator.

mod error;
mod memory;
mod mirrored;
mod settings;
mod traits;

pub use error::RepositoryError;
pub use memory::MemoryRepositories;
pub use mirrored::MirroredRepositories;
pub use settings::GitSettings;
pub use traits::{Head, Repositories};
