//! The log, with what is appended to it counted: by engines, and by the relays of outboxes.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use event_log::{Delivered, EventLog, Group, LogError, PartitionId, Position, Subscription};
use events::{Record, Topic};
use time::OffsetDateTime;

/// A log through which a service sends.
pub(crate) struct CountedLog(Arc<dyn EventLog>);

impl CountedLog {
    pub(crate) fn new(log: Arc<dyn EventLog>) -> Self {
        Self(log)
    }
}

#[async_trait]
impl EventLog for CountedLog {
    async fn ensure_topic(&self, topic: &Topic, partitions: u32) -> Result<(), LogError> {
        self.0.ensure_topic(topic, partitions).await
    }

    async fn partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        self.0.partitions(topic).await
    }

    async fn append(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        let positions = self.0.append(topic, records).await?;
        telemetry::messaging::sent(topic.as_str(), positions.len() as u64);
        Ok(positions)
    }

    async fn read(
        &self,
        partition: &PartitionId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        self.0.read(partition, from, limit).await
    }

    async fn bounds(&self, partition: &PartitionId) -> Result<Range<u64>, LogError> {
        self.0.bounds(partition).await
    }

    async fn offset_at(&self, partition: &PartitionId, time: OffsetDateTime) -> Result<u64, LogError> {
        self.0.offset_at(partition, time).await
    }

    async fn committed(&self, group: &Group, partition: &PartitionId) -> Result<u64, LogError> {
        self.0.committed(group, partition).await
    }

    async fn subscribe(&self, group: &Group, topics: &[Topic]) -> Result<Box<dyn Subscription>, LogError> {
        self.0.subscribe(group, topics).await
    }
}
