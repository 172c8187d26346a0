//! What is asked, and what of an answer is let through.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod answers;
mod evil;
mod hostile;
mod property;
mod requests;
mod sheet;
