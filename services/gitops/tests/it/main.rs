//! Git as the service uses it: one suite for the command on real repositories and for its twin in memory, and what only
//! real repositories do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod carrying;
mod conformance;
mod desk;
mod hooks;
mod merges;
mod pushes;
mod real;
mod watching;
mod workshop;
mod world;
