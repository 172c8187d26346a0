//! Policies in Rego, held against the requests of a change: conftest's and Gatekeeper's.
//!
//! Rego is evaluated by `regorus`, built without anything that reaches outside: no clock, no randomness, no network, no
//! environment. A policy that asks for one is not evaluated, and says which. Each evaluation counts its steps ([`Limit`]).

mod conftest;
mod gatekeeper;
mod program;
mod steps;

pub use conftest::Conftest;
pub use gatekeeper::{Gatekeeper, Invalid};
pub use program::RegoError;
pub use steps::Limit;
