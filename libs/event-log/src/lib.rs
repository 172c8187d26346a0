//! The append-only event log.
//!
//! [`EventLog`] is what services see: topics of partitions, appended to by one writer, read by consumer groups that
//! share the partitions and commit how far they have come. Kafka, Postgres and memory keep one contract, which
//! the suite in `conformance` tests on each.

mod error;
mod position;
mod traits;

pub use error::LogError;
pub use position::{Delivered, Group, PartitionId, Position};
pub use traits::{EventLog, Subscription};
