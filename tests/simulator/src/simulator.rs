//! Plays histories.

use std::sync::Arc;

use promotion::{PriceSettings, Prices};
use service::Failure;

use crate::history;
use crate::mutation::Mutation;
use crate::report::Report;

/// Plays histories. What all of them share, and none changes, is read once.
#[derive(Debug, Clone)]
pub struct Simulator {
    prices: Arc<Prices>,
}

/// Why a history cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The shipped prices are none.
    #[error(transparent)]
    Prices(#[from] Failure),
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
    /// A simulator with the shipped prices.
    ///
    /// # Errors
    /// [`SimulatorError::Prices`].
    pub fn new() -> Result<Self, SimulatorError> {
        Ok(Self { prices: Arc::new(Prices::read(&PriceSettings::default())?) })
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
