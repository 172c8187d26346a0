//! The logs keep their contract.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod fixtures;
#[cfg(feature = "kafka")]
mod kafka;
mod link;
mod memory;
mod outages;
mod postgres;
mod schema;
mod sharing;
mod suite;
mod transactions;
