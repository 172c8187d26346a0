//! Histories of the whole control plane, each of which follows from a seed.
//!
//! The services run as they are, each as processes of its own, on the twins in memory of the log, the stores and Git, in
//! simulated time. Between the services and the twins stands what can go wrong ([`given`]): answers are late, lost or never
//! come, processes end at any step and begin again, clocks are wrong, commits are forgotten, hosts refuse. After each
//! history the invariants are looked at ([`checks`]). What is decided by lot is decided by the seed, so that one that
//! fails can be played again, step by step.
//!
//! `docs/simulator.md` says what is simulated, and what is not.

mod checks;
mod clock;
mod given;
mod history;
mod journal;
mod keeper;
mod mutation;
mod panics;
mod people;
mod process;
mod report;
mod repository;
mod simulator;
mod weather;
mod world;

pub use mutation::Mutation;
pub use report::{Report, Violation, shown};
pub use simulator::{Simulator, SimulatorError};
