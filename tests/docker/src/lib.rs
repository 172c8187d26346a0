//! Servers in containers, for the suites that the logs, the stores and the blobs pass on servers of this machine elsewhere: the images that
//! `compose/compose.yaml` runs. A server is one for each test process, and ends with it.
//!
//! With the feature `docker-tests` it wants a Docker engine and its command `docker`.

#![cfg(feature = "docker-tests")]
#![allow(clippy::expect_used, reason = "a panic in a test is the report")]

mod kafka;
mod postgres;
mod redis;
mod server;

pub use kafka::Kafka;
pub use postgres::Postgres;
pub use redis::Redis;
