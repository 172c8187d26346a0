//! The catalog around its domain, on stores in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod applications;
mod clusters;
mod organisations;
mod waivers;
mod world;
