//! Plays histories.

use std::sync::Arc;

use price_book::{PriceBook, PriceBookError};
use promotion::Prices;

use crate::history;
use crate::mutation::Mutation;
use crate::panics;
use crate::report::Report;

/// Prices of a history: the shipped ones have those of hundreds of machines, which no history has.
const PRICES: &str = r#"{
    "currency": "EUR", "as_of": "2026-01-31", "source": "made up", "cpu_core_hour": "0.03", "ram_gib_hour": "0.004",
    "gpu_hour": "2", "storage_gib_month": "0.1", "load_balancer_hour": "0.025"
}"#;

/// Plays histories. What all of them share, and none changes, is read once.
#[derive(Debug, Clone)]
pub struct Simulator {
    prices: Arc<Prices>,
}

/// Why a history cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The prices are none.
    #[error(transparent)]
    Prices(#[from] PriceBookError),
    /// This machine does not let it run.
    #[error(transparent)]
    Runtime(#[from] std::io::Error),
    /// What the history left cannot be read.
    #[error("the history of seed {seed} cannot be read: {why}")]
    History {
        /// Its seed.
        seed: u64,
        /// Why.
        why: String,
    },
}

impl Simulator {
    /// A simulator with prices.
    ///
    /// # Errors
    /// [`SimulatorError::Prices`].
    pub fn new() -> Result<Self, SimulatorError> {
        panics::watch();
        Ok(Self { prices: Arc::new(Prices::only(PriceBook::parse(PRICES)?)) })
    }

    /// Plays the history of a seed, and looks at what it left. It takes this thread, and no real time but the
    /// processor's.
    ///
    /// # Errors
    /// [`SimulatorError::Runtime`], [`SimulatorError::History`].
    pub fn play(&self, seed: u64, mutation: Option<Mutation>) -> Result<Report, SimulatorError> {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build()?;
        let played = runtime.block_on(history::play(seed, mutation, &self.prices));
        played.map_err(|error| SimulatorError::History { seed, why: error.to_string() })
    }
}
