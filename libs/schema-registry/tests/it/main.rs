//! A registry that answers as it should, and as it should not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod answers;
mod fake;
mod frames;
mod planned;
mod scene;
mod waiting;
