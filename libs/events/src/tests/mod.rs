#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is the report")]

mod envelope;
mod golden;
