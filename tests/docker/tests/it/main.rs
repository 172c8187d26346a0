//! The suites on servers in containers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

#[cfg(feature = "kafka")]
mod kafka;
mod link;
mod postgres;
mod redis;
