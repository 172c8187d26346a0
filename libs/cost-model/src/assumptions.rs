//! What an estimate takes for granted.

use serde::{Deserialize, Serialize};

/// The hours of a month: 8,760 hours of a year of 365 days, divided by 12.
pub const HOURS_A_MONTH: u32 = 730;

/// What manifests do not say, and a cost needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assumptions {
    /// How many nodes a DaemonSet runs on. Without it the cost of a DaemonSet is unknown.
    pub node_count: Option<u32>,
    /// How long one pod of a Job or CronJob runs, in minutes.
    pub run_minutes: u32,
}

impl Default for Assumptions {
    /// No node count; ten minutes a run.
    fn default() -> Self {
        Self { node_count: None, run_minutes: 10 }
    }
}
