//! The diff engine as the first link of the preview's chain: `PreviewRequested` or `ReplanRequested` ─▶
//! `DiffComputed`. It reads pinned commits, plans, and compares.

mod config;
mod engine;
mod fetch;
mod key;
mod nodes;
mod policies;

use std::sync::Arc;

use events::Service;
use service::{Parts, Policy, Task};
use source::{Mirrors, Programs};

pub use config::{Config, RenderSettings};

/// What the engine runs.
#[must_use]
pub fn tasks(config: &Config, programs: Programs, mirrors: Arc<Mirrors>, parts: Parts) -> Vec<Task> {
    let diff = Arc::new(engine::Diff::new(config, programs, mirrors, Arc::clone(&parts.blobs)));
    vec![service::engine(diff, parts.clone(), Policy::default()), service::outbox_relay(Service::Diff, parts)]
}
