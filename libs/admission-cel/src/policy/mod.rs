//! Policies and their bindings.

mod evaluate;
mod matching;
mod names;
mod native;
mod params;
mod read;

pub use native::Validations;
pub use read::{Invalid, Policies};
