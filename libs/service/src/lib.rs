//! How every service starts, reads its configuration, consumes, is watched and stops.
//!
//! A service is given its [`Parts`] and its configuration and runs as tasks; it never reaches for a global. What it
//! does with an event is a [`Handler`] (anything) or an [`Engine`] (a fact made of a fact); the runtime around it
//! tries again with back-off, parks with its aggregate what cannot be handled, and commits.

mod address;
mod backoff;
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
mod key;
mod listener;
mod outbox;
mod parts;
mod platform;
mod policy;
mod probes;
mod refused;
mod secret;
mod signals;
mod start;
mod supervisor;
mod task;

pub use address::{Address, AddressError};
pub use backoff::Backoff;
pub use clock::{Clock, SystemClock};
pub use config::{ConfigError, Settings, Sources};
pub use consume::{consume, consume_records, consumer, record_consumer};
pub use dead_letters::{DeadLetterError, DeadLetterOperations, DeadLetters};
pub use decider::{Aggregate, DeciderError, Decision, Done, Occasion, decide};
pub use engine::{engine, run_engine};
pub use failure::Failure;
pub use grpc::{MAX_MESSAGE_BYTES, channel, grpc_server, serve_grpc};
pub use handler::{Engine, Handler, RecordHandler};
pub use health::{Component, ComponentReport, Health, HealthReport, Reason};
pub use key::{Key, KeyError};
pub use listener::{Listener, SocketFile};
pub use outbox::outbox_relay;
pub use parts::{Parts, RetrySignal};
pub use platform::{Platform, PostgresSettings};
pub use policy::Policy;
pub use probes::{probe_server, probes};
pub use refused::{Kind, Refused, Undone};
pub use secret::Secret;
pub use signals::shutdown;
pub use start::{Context, ProbeSettings, SECTIONS, main};
pub use supervisor::Supervisor;
pub use task::{Running, Task};
