//! How a consumer goes about its work.

use std::time::Duration;

use crate::backoff::Backoff;

/// How a consumer goes about its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How often an event that is at fault itself is tried before it is parked; at least once.
    pub attempts: u32,
    /// How long is waited between tries.
    pub backoff: Backoff,
    /// How many records are taken from the log at once.
    pub batch: usize,
    /// With this many records waiting, a partition is not read on.
    pub waiting: usize,
    /// How many partitions are handled at the same time.
    pub concurrency: usize,
    /// How long an offset may wait to be committed together with others.
    pub commit_within: Duration,
    /// How often the store is asked for dead letters that somebody of another process wants handled again.
    pub poll: Duration,
    /// How long may be worked on at a shutdown.
    pub grace: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: 4,
            backoff: Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(5) },
            batch: 100,
            waiting: 200,
            concurrency: 8,
            commit_within: Duration::from_millis(50),
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(10),
        }
    }
}
