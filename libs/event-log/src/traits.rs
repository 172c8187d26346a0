//! The contract.

use std::ops::Range;

use async_trait::async_trait;
use events::{Record, Topic};
use time::OffsetDateTime;

use crate::error::LogError;
use crate::position::{Delivered, Group, PartitionId, Position};

/// An append-only log of topics and partitions.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// Makes the topic with so many partitions (one at least), if there is none. One that exists keeps its own.
    ///
    /// # Errors
    /// The log cannot be reached.
    async fn ensure_topic(&self, topic: &Topic, partitions: u32) -> Result<(), LogError>;

    /// How many partitions a topic has.
    ///
    /// # Errors
    /// There is no such topic, or the log cannot be reached.
    async fn partitions(&self, topic: &Topic) -> Result<u32, LogError>;

    /// Appends; when it answers, with the position of each, the records are durable. Records of one key go to one
    /// partition ([`crate::partition_of`]), in this order. A call with a record that is too large is refused whole. Of a
    /// call that fails otherwise, or is given up, all, some or none may be there, but of a key none behind one that is not: who
    /// tries again may write twice, and readers drop what they have seen. So it is with a record that is too large for a
    /// server which takes less than it was set up to.
    ///
    /// # Errors
    /// A record is too large, there is no such topic, or the log cannot be reached.
    async fn append(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError>;

    /// Reads at most `limit` records of a partition from an offset on; fewer where more would be too many bytes at once,
    /// but one at least; none at the partition's end and beyond.
    ///
    /// # Errors
    /// There is no such partition, or the log cannot be reached.
    async fn read(
        &self,
        partition: &PartitionId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError>;

    /// The first offset of a partition (0, since nothing is ever removed), and the one that the next record will have.
    ///
    /// # Errors
    /// There is no such partition, or the log cannot be reached.
    async fn bounds(&self, partition: &PartitionId) -> Result<Range<u64>, LogError>;

    /// The offset of the first record that was appended at this time or later; the partition's end if there is none. Times are
    /// by the clock of who appends (Kafka, to the millisecond) or of the server (Postgres).
    ///
    /// # Errors
    /// There is no such partition, or the log cannot be reached.
    async fn offset_at(&self, partition: &PartitionId, time: OffsetDateTime) -> Result<u64, LogError>;

    /// How far a group has come: the offset of the next record that it has not committed; 0 if it never did.
    ///
    /// # Errors
    /// There is no such partition, or the log cannot be reached.
    async fn committed(&self, group: &Group, partition: &PartitionId) -> Result<u64, LogError>;

    /// Joins a group as a new member, and takes what is free of its share; the rest follows as others let go. A group
    /// that is new begins at the first offset. The topics keep the partitions that they have now.
    ///
    /// # Errors
    /// There is no such topic, or the log cannot be reached.
    async fn subscribe(&self, group: &Group, topics: &[Topic]) -> Result<Box<dyn Subscription>, LogError>;
}

/// A member of a group. Dropping it leaves the group without committing.
///
/// It stays a member while nobody calls it. If it cannot reach the log for longer than its lease, others take its
/// partitions; when the log is back, so is the member, with the share that it then gets.
#[async_trait]
pub trait Subscription: Send {
    /// Waits for records of the partitions that are this member's, at most `limit` (one at least), in order in each
    /// partition. A partition's records that were not committed when it came to this member are delivered again. It may
    /// be dropped while it waits, and loses nothing.
    ///
    /// # Errors
    /// [`LogError::Fenced`] once for a partition that went to another member and came back since its last records were
    /// delivered, if not all of them were committed: these are nothing to this member any more, and what follows begins at
    /// what is committed. Or the log cannot be reached, as it is at the latest when it is needed. Calling again goes on where it was; who
    /// calls again at once waits until the log is back, or is told again after a while.
    async fn next(&mut self, limit: usize) -> Result<Vec<Delivered>, LogError>;

    /// Commits that everything before `next` in the partition is done with, as it was delivered last. The last commits before a crash of the
    /// log's server may be forgotten, and records come again.
    ///
    /// # Errors
    /// [`LogError::Fenced`] if the partition is not this member's any more, or has been another's since; what this member did with its records
    /// since may be done again by the other.
    async fn commit(&mut self, partition: &PartitionId, next: u64) -> Result<(), LogError>;

    /// Which partitions are this member's now, in order. One that another member is to have stays this member's, but
    /// delivers nothing more, until what was delivered is committed; then it goes without anything being done twice.
    /// It goes in any case after a lease's time.
    fn assignment(&self) -> Vec<PartitionId>;

    /// Stops delivering from these partitions, which stay this member's: back-pressure. One that goes to another member
    /// and comes back is not paused any more.
    fn pause(&mut self, partitions: &[PartitionId]);

    /// Delivers from these partitions again.
    fn resume(&mut self, partitions: &[PartitionId]);

    /// Why records that the log has delivered are not handed on, while those of other partitions are. That the log answers says
    /// nothing about it.
    fn held_up(&self) -> Option<LogError> {
        None
    }

    /// Leaves the group, so that others take over at once.
    ///
    /// # Errors
    /// The log cannot be reached; the others take over when this member's lease has ended.
    async fn leave(self: Box<Self>) -> Result<(), LogError>;
}
