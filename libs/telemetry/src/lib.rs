//! Log lines, metrics and traces.
//!
//! [`logs::init`], [`Metrics::install`] and [`trace::install`] are called once, by whoever starts the process. What is counted
//! has a function in [`messaging`], what has a span one in [`trace`]; where nobody installed anything, as in tests, counting
//! does nothing, and a trace that came in is passed on as it is.

pub mod kafka;
pub mod logs;
pub mod messaging;
mod metrics;
pub mod models;
mod names;
pub mod redis;
#[cfg(feature = "testing")]
pub mod testing;
pub mod trace;

pub use metrics::{Metrics, MetricsError};
