//! `plimsoll up` as a whole: started as people start it, driven over REST, killed, and asked again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod audit;
mod canaries;
mod client;
mod crash;
mod doors;
mod events;
mod faults;
mod flow;
mod grpc;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "kafka")]
mod kafka_rights;
mod lists;
mod malformed;
mod mistakes;
mod model;
mod moved;
mod nodes;
mod parts;
mod policies;
mod redis;
mod rendered;
mod replay;
mod repository;
mod rights;
mod separate;
mod server;
mod sink;
mod traces;
mod waivers;
