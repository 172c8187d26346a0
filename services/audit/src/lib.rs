//! One verifiable tree of everything that happened in an organisation.
//!
//! Every record of every topic but its own becomes a [leaf](leaf::of), in the order in which it is read; the
//! [tree](store) grows with it in one transaction. [Checkpoints](checkpoints) are signed now and then, and whenever
//! somebody asks. What cannot be read as an event becomes a leaf over its bytes: the audit parks nothing.

mod api;
mod checkpoints;
mod config;
mod export;
mod keys;
mod leaf;
mod memory;
mod recorder;
mod store;
mod tasks;
#[cfg(test)]
mod tests;

pub use api::Api;
pub use config::Config;
pub use keys::{Keys, LOG_NAME};
pub use leaf::Entry;
pub use memory::{MemoryTree, MemoryTrees};
pub use recorder::Trees;
pub use store::{AuditStore, AuditStoreError};
pub use tasks::{Audit, recording, tasks};
