//! What an estimate takes for granted.

use serde::{Deserialize, Serialize};

use crate::usage::Usage;

/// The hours of a month: 8,760 hours of a year of 365 days, divided by 12.
pub const HOURS_A_MONTH: u32 = 730;

/// What manifests do not say, and a cost needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assumptions {
    /// How many nodes a DaemonSet runs on. Without it the cost of a DaemonSet is unknown.
    pub node_count: Option<u32>,
    /// How long one pod of a Job or CronJob runs, in minutes.
    pub run_minutes: u32,
    /// How many pods DaemonSets have, as far as the target's nodes are known: before `node_count`, and no assumption.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub daemons: Vec<DaemonPods>,
    /// How workloads run, as far as it is known.
    #[serde(default, skip_serializing_if = "Usage::is_empty")]
    pub usage: Usage,
}

/// The pods of a DaemonSet on the nodes that they land on, once these have settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaemonPods {
    /// Its namespace; `default` where its manifest names none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// How many there are before the change.
    pub before: u32,
    /// How many there are after it.
    pub after: u32,
}

impl Default for Assumptions {
    /// No node count; ten minutes a run; no nodes and no usage.
    fn default() -> Self {
        Self { node_count: None, run_minutes: 10, daemons: Vec::new(), usage: Usage::default() }
    }
}
