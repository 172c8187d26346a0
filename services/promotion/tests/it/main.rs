//! The promotion service around its domain, on stores in memory, with the real stages of a preview.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod calls;
mod chain;
mod clock;
mod conflicts;
mod delivery;
mod edges;
mod racing;
mod refusals;
mod requests;
mod runtime;
mod story;
mod world;
