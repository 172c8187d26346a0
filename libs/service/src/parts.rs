//! What a service is given.

use std::sync::Arc;

use event_log::EventLog;
use ids::OrgId;
use serde::de::DeserializeOwned;
use store::{Blobs, Store, Stored};
use tokio::sync::watch;

use crate::blocking::Blocking;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::redis::Redis;

/// What a service is given by whoever starts it: `plimsoll up`, its own `main.rs`, a test, the simulator.
#[derive(Clone)]
pub struct Parts {
    /// The event log.
    pub log: Arc<dyn EventLog>,
    /// The service's own store.
    pub store: Arc<dyn Store>,
    /// The blobs of all organisations.
    pub blobs: Arc<dyn Blobs>,
    /// Time and new identifiers.
    pub clock: Arc<dyn Clock>,
    /// What processes share for a while, where there is one.
    pub redis: Option<Redis>,
    /// Wakes the service's consumers when somebody wants a dead letter handled again.
    pub retries: RetrySignal,
    /// Where work is done that takes long.
    pub blocking: Blocking,
}

/// Wakes the consumers of one store in this process when a dead letter is to be handled again. Consumers of another
/// process find it by polling.
#[derive(Debug, Clone, Default)]
pub struct RetrySignal(watch::Sender<()>);

impl Parts {
    /// The parts of a service whose consumers nobody wakes yet, in a process that shares nothing and has threads for work that
    /// takes long.
    #[must_use]
    pub fn new(
        log: Arc<dyn EventLog>,
        store: Arc<dyn Store>,
        blobs: Arc<dyn Blobs>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (retries, blocking) = (RetrySignal::default(), Blocking::default());
        Self { log, store, blobs, clock, redis: None, retries, blocking }
    }

    /// The state of an aggregate as it is now; none if there is no such aggregate.
    ///
    /// # Errors
    /// The store cannot be reached, or what it has is no such state (`STORE_DAMAGED`).
    pub async fn state<S: DeserializeOwned>(
        &self,
        org: OrgId,
        aggregate: &str,
    ) -> Result<Option<S>, Failure> {
        let Some(stored) = self.store.load(org, aggregate).await? else { return Ok(None) };
        Ok(Some(read(aggregate, stored)?.1))
    }

    /// The state of an aggregate and its version, if that is another than this one.
    ///
    /// # Errors
    /// As [`Parts::state`].
    pub async fn newer_state<S: DeserializeOwned>(
        &self,
        org: OrgId,
        aggregate: &str,
        known: u64,
    ) -> Result<Option<(u64, S)>, Failure> {
        let stored = self.store.load_newer(org, aggregate, known).await?;
        stored.map(|stored| read(aggregate, stored)).transpose()
    }
}

fn read<S: DeserializeOwned>(aggregate: &str, stored: Stored) -> Result<(u64, S), Failure> {
    let damaged = |error: serde_json::Error| {
        Failure::unhandled("STORE_DAMAGED", format!("the state of {aggregate} cannot be read: {error}"))
    };
    Ok((stored.version, serde_json::from_value(stored.state).map_err(damaged)?))
}

impl RetrySignal {
    /// Wakes the consumers.
    pub fn wake(&self) {
        self.0.send_replace(());
    }

    /// Sees every call of [`RetrySignal::wake`] from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}
