//! What a diff promises of any two states: what it tells is enough to make one of the other, and nothing is left untold.
//!
//! The promises are held against the form that `plimsoll diff --format json` publishes, and against a reading of the two
//! manifests that knows nothing of the engine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod manifests;
mod properties;
mod published;
mod raw;
mod sketch;
