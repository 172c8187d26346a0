//! The diff engine as the first link of the preview's chain: `PreviewRequested` or `ReplanRequested` ─▶
//! `DiffComputed`. It reads pinned commits, plans, and compares.

mod config;
mod engine;
mod fetch;
mod key;
mod nodes;
mod patience;
mod planner;
mod policies;

use std::sync::Arc;

use events::Service;
use planner::MirrorPlanner;
use service::{Key, Parts, Policy, Secret, Task};
use source::{Mirrors, Programs};

pub use config::{Config, RenderSettings};
pub use planner::{Asked, Planner, Refusal};

/// What the engine runs.
#[must_use]
pub fn tasks(config: &Config, programs: Programs, mirrors: Arc<Mirrors>, parts: Parts) -> Vec<Task> {
    planning(config.redaction_key.clone(), Arc::new(MirrorPlanner { mirrors, programs }), parts)
}

/// [`tasks`], with another way to plan: the simulator's repositories are in memory.
#[must_use]
pub fn planning(redaction_key: Secret<Key>, planner: Arc<dyn Planner>, parts: Parts) -> Vec<Task> {
    let diff = Arc::new(engine::Diff::new(redaction_key, planner, &parts));
    vec![service::engine(diff, parts.clone(), Policy::default()), service::outbox_relay(Service::Diff, parts)]
}
