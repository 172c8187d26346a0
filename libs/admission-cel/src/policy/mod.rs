//! Policies and their bindings.

mod evaluate;
mod findings;
mod matching;
mod names;
mod native;
mod params;
mod read;

pub use names::Asked;
pub use native::Validations;
pub use params::ParameterObjects;
pub use read::{Invalid, Policies};
