//! What a service keeps.
//!
//! [`Store`] is what a decider sees: the state of its aggregates, what it has handled, and its outbox, committed in one
//! transaction; and the dead letters of every consumer. [`Blobs`] holds what is too large for an event.
//! Postgres and memory keep one contract, which the suite in `conformance` tests on both.

mod blobs;
mod commit;
mod dead_letter;
mod error;
mod traits;

pub use blobs::Blobs;
pub use commit::{Commit, Handled, Outgoing, Stored};
pub use dead_letter::{DeadLetter, DeadLetterState, NewDeadLetter};
pub use error::StoreError;
pub use traits::Store;
