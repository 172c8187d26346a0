//! The explanation: the last link of the preview's chain (`RiskAssessed` ─▶ `PreviewExplained`), and, where a language model
//! is configured, the same in its words beside it (`PreviewCompleted` ─▶ `ExplanationPhrased`).
//!
//! The first is a function of the preview's documents, is there at once, and is what approval rests on. The second comes
//! after the preview is complete and is no part of its hash. Whatever the endpoint does, there is an event that tells of it,
//! and nothing else changes.

mod config;
mod engine;
mod model;
mod phrase;

use std::sync::Arc;

use events::Service;
use service::{Failure, Parts, Policy, Task, consumer, engine, outbox_relay};
use store::Database;

pub use config::Config;
pub use phrase::{Budget, Ledger, MemoryLedger, Phraser, Spent, StoredLedger};

use engine::Explain;

/// What the engine runs; the tables of the model's ledger are made where there is one.
///
/// # Errors
/// `CONFIG_INVALID`, or the database cannot be reached.
pub async fn tasks(config: &Config, parts: Parts, database: &Database) -> Result<Vec<Task>, Failure> {
    let mut tasks = chain(&parts);
    if config.is_on() {
        let ledger = StoredLedger::open(database).await?;
        tasks.push(phrasing(config, parts, Arc::new(ledger))?);
    }
    Ok(tasks)
}

/// The link of the chain, without a model.
#[must_use]
pub fn chain(parts: &Parts) -> Vec<Task> {
    let explain = Arc::new(Explain::new(Arc::clone(&parts.blobs)));
    vec![engine(explain, parts.clone(), Policy::default()), outbox_relay(Service::Explain, parts.clone())]
}

/// Listens to previews that are complete, and has a model put them into its words.
///
/// # Errors
/// `CONFIG_INVALID`.
pub fn phrasing(config: &Config, parts: Parts, ledger: Arc<dyn Ledger>) -> Result<Task, Failure> {
    let phraser = Arc::new(Phraser::new(config, parts.clone(), ledger)?);
    Ok(consumer(phraser, parts, Policy::default()))
}
