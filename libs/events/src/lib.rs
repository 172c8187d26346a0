//! The events of the log.
//!
//! An event is a fact in the past tense: a Rust type in one of the modules below, an Avro schema of the same name in
//! `schemas/avro`, and a number ([`EventBody::SCHEMA_ID`]) that stays its own. [`Message`] is an event in its
//! [`Envelope`] (CloudEvents 1.0); [`encode`] makes it a [`Record`] of the log (Kafka's binary mode of
//! CloudEvents, Avro in the Confluent frame) and [`decode_on`] reads it back where it lies, if it may lie there.
//!
//! To add an event: write its schema, its type and its row in `table.rs`, and a golden payload written by another
//! Avro library; the tests ask for each.

pub mod access;
pub mod audit;
pub mod catalog;
pub mod delivery;
pub mod gitops;
pub mod plan;
pub mod preview;
pub mod promotion;

mod actor;
mod codec;
mod envelope;
mod frame;
mod headers;
mod record;
mod schema;
mod table;
#[cfg(test)]
mod tests;
mod topic;

pub use codec::{DecodeError, EncodeError, decode, decode_on, encode};
pub use envelope::{Envelope, Message};
pub use frame::{Frame, FrameError};
pub use headers::Headers;
pub use record::Record;
pub use schema::{EventSchema, fingerprint, schema_of_id, schemas};
pub use table::{Event, EventBody};
pub use topic::{Service, Topic};
