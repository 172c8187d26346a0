//! How every service starts, reads its configuration, consumes, is watched and stops.
//!
//! A service is given its [`Parts`] and its configuration and runs as [`Task`]s; it never reaches for a global. What it
//! does with an event is a [`Handler`] (anything), an [`Engine`] (a fact made of a fact) or a [`RecordHandler`] (records
//! as they came); the runtime around it tries again with back-off, parks with its aggregate what cannot be handled, and
//! commits. A decider answers commands and events with [`decide`].
//!
//! A service's crate has `tasks`, which its own program and `plimsoll up` run:
//!
//! ```ignore
//! pub fn tasks(config: &Config, parts: Parts) -> Vec<Task> {
//!     let handler = Arc::new(Handler::new(config, &parts));
//!     vec![service::consumer(handler, parts.clone(), Policy::default()), service::outbox_relay(Service::Gitops, parts)]
//! }
//!
//! fn main() -> ExitCode {
//!     service::main(Service::Gitops, async |config, context| Ok(gitops::tasks(&config, context.parts)))
//! }
//! ```
//!
//! `programs/noting.rs` is the smallest that runs. How long things may take: a consumer finishes what it took within
//! [`Policy::grace`], a gRPC server within 10 s, and a [`Supervisor`] cuts off after 15 s what still runs.

mod address;
mod backoff;
mod blocking;
mod clock;
mod config;
mod consume;
mod dead_letters;
mod decider;
mod engine;
mod failure;
mod grpc;
mod handler;
mod health;
mod installation;
mod kafka;
mod key;
mod listener;
mod outbox;
mod parts;
mod platform;
mod policy;
mod private_file;
mod probes;
mod program;
mod redis;
mod refused;
mod registry;
mod secret;
mod signals;
mod start;
mod store_watch;
mod supervisor;
mod task;
mod traces;
mod version;

pub use address::{Address, AddressError};
pub use backoff::{Backoff, lot};
pub use blocking::Blocking;
pub use clock::{Clock, SystemClock};
pub use config::{ConfigError, Settings, Sources};
pub use consume::{consume, consume_records, consumer, record_consumer};
pub use dead_letters::{AllDeadLetters, DeadLetterError, DeadLetterOperations, DeadLetters};
pub use decider::{Aggregate, DeciderError, Decision, Done, Occasion, decide, decide_replying};
pub use engine::{engine, run_engine};
pub use failure::Failure;
pub use grpc::{Channel, MAX_MESSAGE_BYTES, Peers, TlsSettings, serve_grpc};
pub use handler::{Engine, GivenUp, Handler, RecordHandler};
pub use health::{Component, ComponentReport, Health, HealthReport, Reason};
pub use kafka::{KafkaSettings, TokenSettings};
pub use key::{Key, KeyError};
pub use listener::{Listener, SocketFile};
pub use outbox::outbox_relay;
pub use parts::{Parts, RetrySignal};
pub use platform::{Platform, PostgresSettings};
pub use policy::Policy;
pub use private_file::{try_private, write_private};
pub use probes::{probe_server, probes};
pub use program::{GrpcSettings, Program};
pub use redis::{Redis, RedisSettings, SharedBlobs};
pub use refused::{Kind, Refused, Undone};
pub use registry::RegistrySettings;
pub use secret::Secret;
pub use signals::shutdown;
pub use start::{Context, ProbeSettings, SECTIONS, main};
pub use store_watch::store_watch;
pub use supervisor::Supervisor;
pub use task::{Running, Task};
pub use traces::TelemetrySettings;
pub use version::VERSION;
