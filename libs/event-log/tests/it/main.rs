//! The logs keep their contract.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod memory;
mod postgres;
mod proxy;
