//! What the API server's admission would see of a change.
//!
//! A change of a state is a series of requests: an object that only the state after has is created, one that differs is
//! updated, one that is gone is deleted. [`requests`] makes them, with the objects as the API server keeps them (decoded and
//! with their defaults), and with the pods that a workload's controller will ask for. Policies of every language are held
//! against [`Request`]s and say a [`Verdict`] about each; what cannot be known offline is [`Known::Unknown`], never a pass.

mod known;
mod request;
mod requests;
mod resource;
mod selector;
mod verdict;

pub use known::Known;
pub use request::{Operation, Request};
pub use requests::{Input, requests};
pub use resource::{Resource, Resources};
pub use selector::{SelectorError, label_selector};
pub use verdict::{Engine, Outcome, Policy, PolicyFile, Verdict};
