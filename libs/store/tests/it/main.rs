//! The store on a real Postgres and in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod begin;
mod cached;
mod faults;
mod faulty_log;
mod fixture;
mod letters;
mod memory;
mod migrations;
mod postgres;
mod relay;
mod silent;
