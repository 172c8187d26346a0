//! A log that is not well.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use event_log::{Delivered, EventLog, Group, LogError, MemoryLog, PartitionId, Position, Subscription};
use events::{Record, Topic};
use time::OffsetDateTime;

/// What somebody is told.
pub(crate) type Trouble = Arc<Mutex<Option<LogError>>>;

/// A log that answers as it is told to.
#[derive(Default)]
pub(crate) struct OddLog {
    pub(crate) log: MemoryLog,
    /// What holds records up, as its members say.
    pub(crate) trouble: Trouble,
    /// What the next member is told that asks for records.
    pub(crate) told: Trouble,
    /// What the next is told that appends.
    pub(crate) refused: Trouble,
}

struct OddMember {
    inner: Box<dyn Subscription>,
    trouble: Trouble,
    told: Trouble,
}

#[async_trait]
impl EventLog for OddLog {
    async fn ensure_topic(&self, topic: &Topic, partitions: u32) -> Result<(), LogError> {
        self.log.ensure_topic(topic, partitions).await
    }

    async fn partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        self.log.partitions(topic).await
    }

    async fn append(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        let refused = self.refused.lock().unwrap().take();
        match refused {
            Some(error) => Err(error),
            None => self.log.append(topic, records).await,
        }
    }

    async fn read(&self, id: &PartitionId, from: u64, limit: usize) -> Result<Vec<Delivered>, LogError> {
        self.log.read(id, from, limit).await
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
        let (trouble, told) = (Arc::clone(&self.trouble), Arc::clone(&self.told));
        Ok(Box::new(OddMember { inner, trouble, told }))
    }
}

#[async_trait]
impl Subscription for OddMember {
    async fn next(&mut self, limit: usize) -> Result<Vec<Delivered>, LogError> {
        let told = self.told.lock().unwrap().take();
        match told {
            Some(error) => Err(error),
            None => self.inner.next(limit).await,
        }
    }

    async fn commit(&mut self, partition: &PartitionId, next: u64) -> Result<(), LogError> {
        self.inner.commit(partition, next).await
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

    fn held_up(&self) -> Option<LogError> {
        self.trouble.lock().unwrap().clone()
    }

    async fn leave(self: Box<Self>) -> Result<(), LogError> {
        self.inner.leave().await
    }
}
