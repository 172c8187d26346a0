//! Every service as a process of its own, on real servers of this machine: Kafka, a schema registry, Postgres, and Redis if it is
//! wanted. Each service has its own configuration, user and role, and no more rights than `rights.yaml` says. All is below one directory
//! (`config`, `log`, `run`, `data`, `secrets`), all ports are on loopback, and what was started is known by its pid and when that began.
//!
//! It is how `cargo xtask stack` runs, and what the chaos tests break.

mod certificates;
mod error;
mod grants;
mod janitor;
mod kafka;
mod layout;
mod postgres;
mod process;
mod programs;
mod redis;
mod registry;
mod services;
mod shell;
mod standing;
mod up;

pub use certificates::certificates;
pub use error::StackError;
pub use janitor::Janitor;
pub use layout::{Brokers, Copies, LAST_PORT, Layout, Schemas, Shared, cache, fetched};
pub use process::{Part, Ready, Signal, State};
pub use programs::check_programs;
pub use services::SERVICES;
pub use standing::{end, running};
pub use up::{Row, Stack};
