//! The log, as a process reaches it.

use std::collections::BTreeSet;
use std::ops::Range;

use async_trait::async_trait;
use event_log::{Delivered, EventLog, Group, LogError, MemoryLog, PartitionId, Position, Subscription};
use events::{Record, Topic};
use time::OffsetDateTime;

use super::subscription::GivenSubscription;
use crate::journal::Journal;
use crate::mutation::Mutation;
use crate::process::{Fate, NOBODY, Process};

/// The log, as a process reaches it.
pub(crate) struct GivenLog {
    pub(crate) log: MemoryLog,
    pub(crate) process: Process,
    pub(crate) journal: Journal,
    /// The name of the process.
    pub(crate) who: String,
}

fn away(why: String) -> LogError {
    LogError::Unavailable(why)
}

#[async_trait]
impl EventLog for GivenLog {
    async fn ensure_topic(&self, topic: &Topic, partitions: u32) -> Result<(), LogError> {
        self.process.ask(away, self.log.ensure_topic(topic, partitions)).await
    }

    async fn partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        self.log.partitions(topic).await
    }

    /// Of a call that fails all, some or none may be there.
    async fn append(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        let process = &self.process;
        let fate = process.fate();
        process.wait().await;
        let there = match fate {
            Fate::CrashBefore => return process.end().await,
            Fate::Done => records.len(),
            Fate::Lost => return Err(away(NOBODY.to_owned())),
            Fate::Unheard | Fate::CrashAfter => {
                let some = process.lot().of_range(0..=2 * records.len() as u64);
                usize::try_from(some).unwrap_or(0).min(records.len())
            }
        };
        if process.has(Mutation::AppendLost) && process.lot().hits(500) {
            return self.said_to_be_there(topic, records).await;
        }
        let positions = self.log.append(topic, records.get(..there).unwrap_or(records)).await?;
        for (position, record) in positions.iter().zip(records) {
            let kind = record.header("ce_type").and_then(|kind| kind.rsplit('.').next()).unwrap_or_default();
            let number = record.header("ce_sequence").unwrap_or_default();
            self.journal
                .note(format_args!("{} appends {position}: {kind} {number} of {}", self.who, record.key));
        }
        match fate {
            Fate::CrashAfter => process.end().await,
            Fate::Unheard => Err(away(NOBODY.to_owned())),
            _ => {
                self.journal.appended(&positions, records);
                Ok(positions)
            }
        }
    }

    async fn read(
        &self,
        partition: &PartitionId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        self.process.ask(away, self.log.read(partition, from, limit)).await
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
        let subscription = self.process.ask(away, self.log.subscribe(group, topics)).await?;
        Ok(Box::new(GivenSubscription::new(subscription, self.process.clone())))
    }
}

impl GivenLog {
    /// The positions that records would have: nothing is appended.
    async fn said_to_be_there(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        let partition = PartitionId { topic: topic.clone(), partition: 0 };
        let end = self.log.bounds(&partition).await?.end;
        let offsets: BTreeSet<u64> = (end..).take(records.len()).collect();
        let position = |offset| Position { partition: partition.clone(), offset };
        Ok(offsets.into_iter().map(position).collect())
    }
}
