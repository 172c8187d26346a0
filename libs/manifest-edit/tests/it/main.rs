//! Edits, tried from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test reports")]

mod bytes;
mod properties;
