//! What a service is given.

use std::sync::Arc;

use event_log::EventLog;
use store::{Blobs, Store};

use crate::clock::Clock;

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
}
