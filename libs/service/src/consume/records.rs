//! Records of a partition as they came, several at once.

use std::sync::Arc;

use async_trait::async_trait;
use event_log::{Delivered, PartitionId};
use telemetry::trace::{Place, Span, process_batch};
use tokio::time::Instant;

use super::tries::{Patience, Tries, Verdict};
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
        let (consumer, topic) = (self.tries.consumer, done.partition.topic.as_str());
        let handle = || async {
            let began = Instant::now();
            let handling = self.handler.handle(&records);
            let outcome = match self.span(&done.partition, &records) {
                Some(span) => span.around(handling).await.inspect_err(|failure| span.fail(failure.code())),
                None => handling.await,
            };
            if outcome.is_ok() {
                telemetry::messaging::processed(consumer, topic, began.elapsed());
            }
            outcome
        };
        let verdict = self.tries.handle(&done.partition, Patience::Endless, stop, handle).await?;
        if matches!(verdict, Verdict::Handled) {
            telemetry::messaging::consumed(consumer, topic, records.len() as u64);
        }
        done.records(last.position.offset + 1, records.len());
        Ok(())
    }

    async fn again(&self, _: &PartitionId, _: &str, _: &Stop) -> Result<(), Stopped> {
        // Nothing is parked.
        Ok(())
    }
}

impl Records {
    fn span(&self, partition: &PartitionId, records: &[Delivered]) -> Option<Span> {
        let (group, topic) = (self.tries.consumer, partition.topic.as_str());
        let place = Place { group, topic, partition: partition.partition };
        process_batch(place, records.iter().map(|delivered| delivered.record.header("traceparent")))
    }
}
