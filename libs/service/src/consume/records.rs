//! Records of a partition as they came, several at once.

use std::sync::Arc;

use async_trait::async_trait;
use event_log::{Delivered, PartitionId};

use super::tries::{Patience, Tries};
use super::work::{Done, Stop, Stopped, Work};
use crate::handler::RecordHandler;

/// Gives records to a handler.
pub(super) struct Records {
    pub(super) handler: Arc<dyn RecordHandler>,
    pub(super) tries: Tries,
}

#[async_trait]
impl Work for Records {
    async fn records(&self, records: Vec<Delivered>, done: &Done, stop: &Stop) -> Result<(), Stopped> {
        stop.check()?;
        let Some(last) = records.last() else { return Ok(()) };
        let handle = || self.handler.handle(&records);
        self.tries.handle(&done.partition, Patience::Endless, stop, handle).await?;
        done.records(last.position.offset + 1, records.len());
        Ok(())
    }

    async fn again(&self, _: &PartitionId, _: &str, _: &Stop) -> Result<(), Stopped> {
        // Nothing is parked.
        Ok(())
    }
}
