//! What the log in memory holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use events::{Record, Topic};
use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::group::{GroupState, Member};
use crate::error::LogError;
use crate::limits::{Limits, record_bytes};
use crate::partitioner::partition_of;
use crate::position::{Delivered, Group, PartitionId, Position};

/// The records of a partition, and when each was appended.
type Kept = Vec<(OffsetDateTime, Record)>;
/// The partitions of each topic.
type Topics = BTreeMap<Topic, Vec<Kept>>;

/// Topics and groups.
#[derive(Debug)]
pub(super) struct State {
    limits: Limits,
    lease: Duration,
    topics: Topics,
    groups: BTreeMap<Group, GroupState>,
    number: u64,
    began: Instant,
}

impl State {
    pub(super) fn new(limits: Limits, lease: Duration) -> Self {
        Self {
            limits,
            lease,
            topics: BTreeMap::new(),
            groups: BTreeMap::new(),
            number: 0,
            began: Instant::now(),
        }
    }

    pub(super) fn now(&self) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + self.began.elapsed()
    }

    /// A number that nothing else has.
    pub(super) fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    pub(super) fn ensure_topic(&mut self, topic: &Topic, partitions: u32) {
        let count = partitions.max(1) as usize;
        self.topics.entry(topic.clone()).or_insert_with(|| vec![Vec::new(); count]);
    }

    pub(super) fn partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        let partitions = self.topics.get(topic).ok_or_else(|| LogError::TopicUnknown(topic.clone()))?;
        Ok(u32::try_from(partitions.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn end(&self, partition: &PartitionId) -> Result<u64, LogError> {
        self.records(partition).map(|records| records.len() as u64)
    }

    pub(super) fn append(&mut self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        let count = self.partitions(topic)?;
        self.limits.check(topic, records)?;
        let now = self.now();
        let Some(partitions) = self.topics.get_mut(topic) else { return Ok(Vec::new()) };
        let mut positions = Vec::with_capacity(records.len());
        for record in records {
            let partition = partition_of(record.key.as_bytes(), count);
            if let Some(kept) = partitions.get_mut(partition as usize) {
                let id = PartitionId { topic: topic.clone(), partition };
                positions.push(Position { partition: id, offset: kept.len() as u64 });
                kept.push((now, record.clone()));
            }
        }
        self.groups.values().for_each(|group| group.wake(topic));
        Ok(positions)
    }

    pub(super) fn read(
        &self,
        partition: &PartitionId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        let mut bytes = 0;
        let records = self.records(partition)?;
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(records.len());
        let found = records.iter().enumerate().skip(from).take(limit).take_while(|(_, (_, record))| {
            let first = bytes == 0;
            bytes += record_bytes(record).max(1);
            first || bytes <= self.limits.fetch_bytes
        });
        let position = |offset| Position { partition: partition.clone(), offset: offset as u64 };
        Ok(found
            .map(|(offset, (_, record))| Delivered { position: position(offset), record: record.clone() })
            .collect())
    }

    pub(super) fn offset_at(&self, partition: &PartitionId, time: OffsetDateTime) -> Result<u64, LogError> {
        let records = self.records(partition)?;
        Ok(records.partition_point(|(appended, _)| *appended < time) as u64)
    }

    pub(super) fn committed(&self, group: &Group, partition: &PartitionId) -> u64 {
        self.groups.get(group).map_or(0, |group| group.committed(partition))
    }

    /// Makes somebody a member of a group, and gives it its share.
    pub(super) fn join(
        &mut self,
        group: &Group,
        member: u64,
        client: u64,
        topics: &BTreeSet<Topic>,
    ) -> Arc<Notify> {
        let woken = Arc::new(Notify::new());
        let counts: Vec<(Topic, u32)> =
            topics.iter().filter_map(|topic| Some((topic.clone(), self.partitions(topic).ok()?))).collect();
        let state = self.groups.entry(group.clone()).or_default();
        state.join(
            member,
            Member { client, topics: topics.clone(), away_until: None, woken: Arc::clone(&woken) },
        );
        counts.iter().for_each(|(topic, count)| state.know(topic, *count));
        state.settle(Instant::now(), self.lease);
        woken
    }

    /// A group as it is now: the absent are removed, and what may move has moved.
    pub(super) fn settled(&mut self, group: &Group) -> &mut GroupState {
        let state = self.groups.entry(group.clone()).or_default();
        state.settle(Instant::now(), self.lease);
        state
    }

    /// A client does not reach the log any more. Its members keep their partitions until their leases end.
    pub(super) fn cut_off(&mut self, client: u64) {
        let until = Instant::now() + self.lease;
        self.groups.values_mut().for_each(|group| group.set_away(client, Some(until)));
    }

    /// A client reaches the log again.
    pub(super) fn mend(&mut self, client: u64) {
        self.groups.values_mut().for_each(|group| group.set_away(client, None));
    }

    /// What a member is to be given now.
    pub(super) fn deliver(
        &mut self,
        group: &Group,
        member: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        self.settled(group);
        let Self { topics, groups, .. } = self;
        let end =
            |partition: &PartitionId| records(topics, partition).map_or(0, |records| records.len() as u64);
        let wanted = groups.get_mut(group).map_or_else(Vec::new, |group| group.wanted(member, end));
        let mut delivered: Vec<Delivered> = Vec::new();
        for (taken, (partition, position)) in wanted.iter().enumerate() {
            // What is left is shared with those that come after.
            let share = (limit - delivered.len()).div_ceil(wanted.len() - taken);
            let records = self.read(partition, *position, share)?;
            if let (Some(last), Some(cursor)) =
                (records.last(), self.settled(group).cursor(member, partition))
            {
                cursor.deliver(last.position.offset + 1);
            }
            delivered.extend(records);
        }
        Ok(delivered)
    }

    fn records(&self, partition: &PartitionId) -> Result<&Kept, LogError> {
        records(&self.topics, partition).ok_or_else(|| LogError::PartitionUnknown(partition.clone()))
    }
}

fn records<'t>(topics: &'t Topics, partition: &PartitionId) -> Option<&'t Kept> {
    topics.get(&partition.topic)?.get(partition.partition as usize)
}
