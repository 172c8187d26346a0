//! The append-only event log.
//!
//! [`EventLog`] is what services see: topics of partitions, appended to by one writer, read by consumer groups that
//! share the partitions and commit how far they have come. Kafka, Postgres and memory keep one contract, which
//! the suite in `conformance` tests on each.

mod balance;
#[cfg(feature = "conformance")]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]
pub mod conformance;
mod cursor;
mod error;
#[cfg(feature = "kafka")]
mod kafka;
mod lent;
mod limits;
mod memory;
mod partitioner;
mod position;
mod postgres;
mod topics;
mod traits;

pub use error::LogError;
#[cfg(feature = "kafka")]
pub use kafka::{KafkaLog, KafkaSettings, Token, TokenFile, Tokens};
pub use limits::Limits;
pub use memory::MemoryLog;
pub use partitioner::partition_of;
pub use position::{Delivered, Group, PartitionId, Position};
pub use postgres::{PostgresLog, Settings};
pub use topics::{FoundTopic, Keeps, SettingChange, TopicChange, TopicSpec, plan_topics};
pub use traits::{EventLog, Subscription};
