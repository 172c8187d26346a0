//! Log lines and metrics.
//!
//! [`logs::init`] and [`Metrics::install`] are called once, by whoever starts the process. What is counted has a
//! function in [`messaging`]; where nobody installed a recorder, as in tests, counting does nothing.

pub mod kafka;
pub mod logs;
pub mod messaging;
mod metrics;
pub mod models;

pub use metrics::{Metrics, MetricsError};
