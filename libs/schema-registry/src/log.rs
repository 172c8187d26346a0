//! A log on which frames have the registry's numbers.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use event_log::{Delivered, EventLog, Group, LogError, PartitionId, Position, Subscription};
use events::{Frame, Record, Topic};
use time::OffsetDateTime;

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
}

impl Numbers {
    /// Asks for every number that is not known.
    async fn learn_all(&self, records: &[Delivered]) -> Result<(), LogError> {
        let frames = records.iter().filter_map(|record| Frame::read(&record.record.value).ok());
        let numbers: BTreeSet<u32> = frames.map(|frame| frame.schema_id).collect();
        for number in numbers.into_iter().filter(|number| self.known(*number).is_none()) {
            self.learn(number).await.map_err(|error| LogError::Unavailable(error.to_string()))?;
        }
        Ok(())
    }

    /// The records with the bundled numbers.
    fn incoming(&self, mut records: Vec<Delivered>) -> Vec<Delivered> {
        for Delivered { record, .. } in &mut records {
            let Ok(frame) = Frame::read(&record.value) else { continue };
            record.value = match self.known(frame.schema_id).flatten() {
                Some(bundled) => Frame { schema_id: bundled, body: frame.body }.to_vec(),
                None => frame.foreign().to_vec(),
            };
        }
        records
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
        self.numbers.learn_all(&records).await?;
        Ok(self.numbers.incoming(records))
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
        let numbers = Arc::clone(&self.numbers);
        Ok(Box::new(Translated { inner, numbers, waiting: Vec::new(), was_away: false }))
    }
}

/// A member of a group.
struct Translated {
    inner: Box<dyn Subscription>,
    numbers: Arc<Numbers>,
    /// What was delivered and holds a number that is not known yet.
    waiting: Vec<Delivered>,
    was_away: bool,
}

/// Before a registry that was away is asked again.
const PAUSE: Duration = Duration::from_secs(1);

#[async_trait]
impl Subscription for Translated {
    async fn next(&mut self, limit: usize) -> Result<Vec<Delivered>, LogError> {
        if self.waiting.is_empty() {
            self.waiting = self.inner.next(limit).await?;
        }
        if self.was_away {
            tokio::time::sleep(PAUSE).await;
        }
        let learned = self.numbers.learn_all(&self.waiting).await;
        self.was_away = learned.is_err();
        learned?;
        Ok(self.numbers.incoming(std::mem::take(&mut self.waiting)))
    }

    async fn commit(&mut self, partition: &PartitionId, next: u64) -> Result<(), LogError> {
        self.inner.commit(partition, next).await
    }

    async fn seek(&mut self, partition: &PartitionId, offset: u64) -> Result<(), LogError> {
        self.inner.seek(partition, offset).await?;
        self.waiting.retain(|record| record.position.partition != *partition);
        Ok(())
    }

    fn assignment(&self) -> Vec<PartitionId> {
        self.inner.assignment()
    }

    fn pause(&mut self, partitions: &[PartitionId]) {
        self.inner.pause(partitions);
    }

    fn resume(&mut self, partitions: &[PartitionId]) {
        self.inner.resume(partitions);
    }

    async fn leave(self: Box<Self>) -> Result<(), LogError> {
        self.inner.leave().await
    }
}
