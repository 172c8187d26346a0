//! What a service keeps.
//!
//! [`Store`] is what a decider sees: the state of its aggregates, what it has handled, and its outbox, committed in one
//! transaction; and the dead letters of every consumer. [`Blobs`] holds what is too large for an event.
//! Postgres and memory keep one contract, which the suite in `conformance` tests on both.
//!
//! ```text
//! Database::new(url, "promotion", 8)      one schema a service
//!   .migrate("promotion", MIGRATIONS)     the service's own tables, in the same schema
//! PostgresStore::open(&database)          implements Store
//! OutboxRelay::new(store, log).run(stop)  publishes its outbox
//! ```

mod blobs;
mod cached;
mod check;
mod commit;
#[cfg(feature = "conformance")]
pub mod conformance;
mod database;
mod dead_letter;
mod error;
mod left_out;
mod memory;
mod migrate;
mod postgres;
mod relay;
mod traits;

pub use blobs::Blobs;
pub use cached::CachedBlobs;
pub use commit::{Backlog, Commit, Handled, Outgoing, Stored};
pub use database::Database;
pub use dead_letter::{DeadLetter, DeadLetterState, NewDeadLetter};
pub use error::StoreError;
pub use left_out::LeftOut;
pub use memory::{MemoryBlobs, MemoryStore};
pub use migrate::Migration;
pub use postgres::{PostgresBlobs, PostgresStore};
pub use relay::{OutboxRelay, RelayError, RelayStatus};
pub use traits::{Publisher, Store};
