//! Sources as people name them, on real directories and real repositories.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

mod base;
mod commands;
mod directories;
mod environments;
mod git;
mod helm;
mod mirror_faults;
mod mirrors;
mod real_helm;
mod repository;
mod sandbox;
mod server;
mod writing;
