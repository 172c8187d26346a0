//! The store on a real Postgres and in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod fixture;
mod memory;
mod postgres;
