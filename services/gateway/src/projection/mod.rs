//! What the API answers from: a fold of every topic into tables, each event once.

mod apply;
mod change;
#[cfg(test)]
mod conformance;
mod figures;
#[cfg(test)]
mod golden;
mod live;
mod memory;
mod promotions;
mod queries;
mod rebuild;
mod record;
mod seen;
mod store;
mod waivers;

use std::sync::Arc;

use async_trait::async_trait;
use events::{Message, Service, Topic};
use service::{Failure, Handler};

pub(crate) use live::{Listener, Live};
pub use memory::{Cost, FiguresRow, MemoryTables, PromotionRow, Tables};
pub(crate) use queries::{Found, Listed, PhrasedRow};
pub use rebuild::{
    ComparedTable, Comparison, Differences, PROJECTION, ProjectionOperations, ProjectionStatus, Rebuilt,
    TableDigest, projection_is_ready,
};
pub use store::Projections;

/// The group that follows the log; also the schema of its tables.
const CONSUMER: &str = "gateway";

/// What the projection follows.
fn topics() -> Vec<Topic> {
    Service::ALL.map(Service::topic).to_vec()
}

/// What every event is folded into.
#[async_trait]
pub trait Fold: Send + Sync + 'static {
    /// Folds an event in, all of it or nothing; one that was folded before changes nothing.
    ///
    /// # Errors
    /// The tables cannot be reached.
    async fn apply(&self, message: &Message) -> Result<(), Failure>;
}

/// Folds every event into the projections, and wakes who waits for it.
pub(crate) struct Projector {
    projections: Arc<dyn Fold>,
    live: Live,
}

impl Projector {
    pub(crate) fn new(projections: Arc<dyn Fold>, live: Live) -> Self {
        Self { projections, live }
    }
}

#[async_trait]
impl Handler for Projector {
    fn consumer(&self) -> &'static str {
        CONSUMER
    }

    fn service(&self) -> Service {
        Service::Gateway
    }

    fn topics(&self) -> Vec<Topic> {
        topics()
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        self.projections.apply(message).await?;
        self.live.wake(message.envelope.correlation);
        Ok(())
    }
}
