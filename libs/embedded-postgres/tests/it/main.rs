//! The real programs of Postgres.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod diagnosis;
mod driver;
mod for_tests;
mod full_disk;
mod life;
mod place;
mod server;
mod traps;
mod users;
