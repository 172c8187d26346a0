//! A real Kafka for tests: one broker for each test process, made by the first test that asks for it.
//!
//! | call | what the test gets |
//! |---|---|
//! | `TestKafka::shared().await` | the process' broker |
//! | `kafka.brokers()` | where clients find it |
//! | `kafka.line().await` | a proxy of its own, by which a client reaches the broker and nothing else |
//! | `kafka.append_raw(…).await` | a record on a topic that no client writes |
//! | `TestRegistry::start().await` | a schema registry (Apicurio, in memory) of its own |
//!
//! The broker ends with the process, also when that is killed, and its data are removed. Its jars are fetched by
//! `scripts/kafka/fetch.sh`, which `make test-kafka` calls; Java 17 or later has to be there.

#![allow(clippy::expect_used, clippy::panic, reason = "a panic in a test is the report")]

mod broker;
mod listeners;
mod ports;
mod raw;
mod registry;

pub use broker::TestKafka;
pub use listeners::Listeners;
pub use raw::RawRecord;
pub use registry::TestRegistry;
