//! How the log in Postgres is set up.

use std::time::Duration;

use crate::limits::Limits;

/// How the log in Postgres is set up. The defaults are for production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The most connections of the process, whatever the number of topics and subscriptions: at least 2, one of which
    /// listens while there are subscriptions.
    pub connections: u32,
    /// How long a member that does not renew its lease keeps its partitions; also how long a member that has to give a
    /// partition away may take to commit what it was given.
    pub lease: Duration,
    /// How often leases are renewed: a third of the lease, or less.
    pub heartbeat: Duration,
    /// How often the process looks for other processes' records, should their notification have been lost.
    pub poll: Duration,
    /// The least time between two notifications of other processes.
    pub announce: Duration,
    /// How long the server may take to answer.
    pub request_timeout: Duration,
    /// How large things may be.
    pub limits: Limits,
    /// A name that no other running process has, and that this one has again when it is started again (Kafka calls it
    /// `group.instance.id`): whoever connects under it takes the place of the one before at once, instead of
    /// waiting for leases to end.
    pub instance: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 8,
            lease: Duration::from_secs(10),
            heartbeat: Duration::from_secs(3),
            poll: Duration::from_secs(1),
            announce: Duration::from_millis(20),
            request_timeout: Duration::from_secs(10),
            limits: Limits::default(),
            instance: None,
        }
    }
}
