//! The schemas of events in a registry that speaks Confluent's API.
//!
//! A deploy step registers them ([`plan`], [`apply`]), under the name of the topic and the record (`TopicRecordNameStrategy`); a
//! service never does. At its start a service looks up the number that the registry gave to each ([`Numbers`]), and
//! [`RegisteredLog`] has these on the log in place of the bundled ones. Everything else sees the bundled numbers alone: events that
//! wait in an outbox or are parked mean the same whatever the registry says.

mod client;
mod error;
mod log;
mod meanings;
mod member;
mod numbers;
mod plan;
mod settings;
mod store;
mod subject;

pub use client::Registry;
pub use error::RegistryError;
pub use log::RegisteredLog;
pub use numbers::Numbers;
pub use plan::{COMPATIBILITY, SchemaChange, apply, plan};
pub use settings::RegistrySettings;
pub use store::NumberStore;
pub use subject::{Subject, subjects};
