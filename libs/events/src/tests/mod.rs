#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is the report")]

mod compatibility;
mod envelope;
mod golden;
mod released;
