//! Consumers, dead letters and tasks, with the twins in memory and under paused time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod bench;
mod chaos;
mod configuration;
mod dead_letters;
mod engines;
mod faults;
mod forged;
mod grpc;
mod handlers;
mod held_up;
mod installation;
#[cfg(feature = "kafka")]
mod kafka;
mod long_aggregates;
mod measured;
mod odd_log;
mod operations;
mod order;
mod postgres;
mod process;
mod records;
mod redis;
mod stale;
mod stops;
mod tasks;
mod tls;
