//! A log on which frames have the registry's numbers.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use event_log::{Delivered, EventLog, Group, LogError, PartitionId, Position, Subscription};
use events::{Frame, Record, Topic};
use time::OffsetDateTime;

use crate::member::Member;
use crate::numbers::Numbers;

/// A log on which frames have the registry's numbers, where who uses it sees the bundled ones. A number that is of no schema of
/// ours is seen as [`Frame::foreign`].
#[derive(Clone)]
pub struct RegisteredLog {
    log: Arc<dyn EventLog>,
    numbers: Arc<Numbers>,
}

impl RegisteredLog {
    /// This log, with these numbers.
    #[must_use]
    pub fn new(log: Arc<dyn EventLog>, numbers: Numbers) -> Self {
        Self { log, numbers: Arc::new(numbers) }
    }

    fn outgoing(&self, topic: &Topic, record: &Record) -> Result<Record, LogError> {
        let mut record = record.clone();
        // What is not framed is no event of ours, and stays as it is.
        if let Ok(frame) = Frame::read(&record.value) {
            let number = self.numbers.written(topic, frame.schema_id).ok_or_else(|| {
                let why = format!("no service writes the schema {} to {topic}", frame.schema_id);
                LogError::Misconfigured(why)
            })?;
            record.value = Frame { schema_id: number, body: frame.body }.to_vec();
        }
        Ok(record)
    }

    /// Records that are read are waited for together: the caller chose them.
    async fn translated(&self, mut records: Vec<Delivered>) -> Result<Vec<Delivered>, LogError> {
        let meanings = &self.numbers.read;
        for Delivered { record, .. } in &mut records {
            while let Err(number) = meanings.translate(record) {
                meanings.learn(number).await?;
            }
        }
        Ok(records)
    }
}

#[async_trait]
impl EventLog for RegisteredLog {
    async fn ensure_topic(&self, topic: &Topic, partitions: u32) -> Result<(), LogError> {
        self.log.ensure_topic(topic, partitions).await
    }

    async fn partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        self.log.partitions(topic).await
    }

    async fn append(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        let records: Result<Vec<Record>, LogError> =
            records.iter().map(|record| self.outgoing(topic, record)).collect();
        self.log.append(topic, &records?).await
    }

    async fn read(
        &self,
        partition: &PartitionId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        let records = self.log.read(partition, from, limit).await?;
        self.translated(records).await
    }

    async fn bounds(&self, partition: &PartitionId) -> Result<Range<u64>, LogError> {
        self.log.bounds(partition).await
    }

    async fn offset_at(&self, partition: &PartitionId, time: OffsetDateTime) -> Result<u64, LogError> {
        self.log.offset_at(partition, time).await
    }

    async fn committed(&self, group: &Group, partition: &PartitionId) -> Result<u64, LogError> {
        self.log.committed(group, partition).await
    }

    async fn subscribe(&self, group: &Group, topics: &[Topic]) -> Result<Box<dyn Subscription>, LogError> {
        let inner = self.log.subscribe(group, topics).await?;
        Ok(Box::new(Member::new(inner, Arc::clone(&self.numbers.read))))
    }
}
