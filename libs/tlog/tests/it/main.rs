//! The log against vectors from outside, and exports against everything that may be done to them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod exported;
mod forgeries;
mod leaves;
mod merkle;
mod mutations;
mod notes;
mod oracle;
mod properties;
