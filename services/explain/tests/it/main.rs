//! What becomes of an explanation, whatever the endpoint does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod budget;
mod fake;
mod ledger;
mod once;
mod table;
mod world;
