//! A second fold of the log, beside the consumer's and by the same code, which comes to the very place where that one is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event_log::{Delivered, EventLog, Group, PartitionId, Position};
use events::{Message, decode_on};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use service::Failure;
use sqlx::PgConnection;
use store::{DeadLetter, DeadLetterState, Store, StoreError};

use crate::projection::seen::are_seen;
use crate::projection::{CONSUMER, Projections, topics};

/// So many records are folded in one transaction; a log may give fewer at once.
const CHUNK: usize = 1000;

/// So many partitions are folded at the same time: while Postgres writes for one, another's records are read.
pub(super) const LANES: u32 = 4;

/// So many dead letters are read at once.
const LETTERS: usize = 200;

/// Folds the log into tables of its own.
pub(super) struct Follower {
    log: Arc<dyn EventLog>,
    store: Arc<dyn Store>,
    into: Projections,
    next: BTreeMap<PartitionId, u64>,
    /// What the consumer has parked or given up, and so is not in its tables either.
    left_out: BTreeSet<Position>,
    records: u64,
}

/// What lies between two offsets of a partition.
struct Stretch {
    partition: PartitionId,
    from: u64,
    end: u64,
}

/// A stretch that was folded: it begins where it ends.
struct Passed {
    stretch: Stretch,
    left_out: Vec<Position>,
}

/// What the consumer has left out.
#[derive(Default)]
struct Letters {
    positions: BTreeSet<Position>,
    /// Whether somebody wants one of them handled again, which may happen at this moment.
    is_retrying: bool,
}

/// A parked event was handled after this fold had passed it, or is at this moment: its tables have to be made again.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overtaken;

impl Follower {
    /// At the first record of every partition.
    pub(super) async fn new(
        log: &Arc<dyn EventLog>,
        store: &Arc<dyn Store>,
        into: Projections,
    ) -> Result<Self, Failure> {
        let mut next = BTreeMap::new();
        for topic in topics() {
            for partition in 0..log.partitions(&topic).await? {
                next.insert(PartitionId { topic: topic.clone(), partition }, 0);
            }
        }
        let (log, store) = (Arc::clone(log), Arc::clone(store));
        Ok(Self { log, store, into, next, left_out: BTreeSet::new(), records: 0 })
    }

    /// How many records it has come past.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// Folds what the consumer is done with by now; how many records that was.
    pub(super) async fn follow(&mut self) -> Result<u64, Failure> {
        let (before, group) = (self.records, Group::new(CONSUMER));
        let mut lanes = BTreeMap::<u32, Vec<Stretch>>::new();
        for (partition, from) in &self.next {
            let end = self.log.committed(&group, partition).await?;
            let stretch = Stretch { partition: partition.clone(), from: *from, end };
            lanes.entry(partition.partition).or_default().push(stretch);
        }
        // Read after how far the consumer is: what it has parked by then is among them.
        let letters = self.letters().await?.positions;
        let lanes = stream::iter(lanes.into_values()).map(|lane| self.lane(lane, &letters));
        let passed: Vec<Vec<Passed>> = lanes.buffer_unordered(LANES as usize).try_collect().await?;
        for Passed { stretch, left_out } in passed.into_iter().flatten() {
            self.left_out.extend(left_out);
            self.advance(&stretch.partition, stretch.from);
        }
        Ok(self.records - before)
    }

    /// Folds partitions of one number, one after another: what is about one aggregate is in these.
    async fn lane(&self, lane: Vec<Stretch>, letters: &BTreeSet<Position>) -> Result<Vec<Passed>, Failure> {
        let mut passed = Vec::with_capacity(lane.len());
        for stretch in lane {
            passed.push(self.pass(stretch, letters).await?);
        }
        Ok(passed)
    }

    /// Folds a stretch. The next records are read while the last are folded.
    async fn pass(&self, stretch: Stretch, letters: &BTreeSet<Position>) -> Result<Passed, Failure> {
        let mut passed = Passed { stretch, left_out: Vec::new() };
        let mut records = self.read(&passed.stretch).await?;
        while let Some(last) = records.last() {
            passed.stretch.from = last.position.offset + 1;
            let messages = messages(records, letters, &mut passed.left_out)?;
            let (folded, next) = tokio::join!(self.into.apply_all(&messages), self.read(&passed.stretch));
            folded?;
            records = next?;
        }
        Ok(passed)
    }

    /// Folds what the consumer has folded beyond what it has committed. Whoever calls keeps it from folding meanwhile;
    /// `answering` sees the consumer's tables.
    pub(super) async fn close_up(
        &mut self,
        answering: &mut PgConnection,
    ) -> Result<Result<(), Overtaken>, Failure> {
        let letters = self.letters().await?;
        // Of one that is handled again, nobody can say whether its event is in the consumer's tables by now.
        if letters.is_retrying || !self.left_out.is_subset(&letters.positions) {
            return Ok(Err(Overtaken));
        }
        let letters = letters.positions;
        let partitions: Vec<PartitionId> = self.next.keys().cloned().collect();
        for partition in partitions {
            loop {
                let from = self.next.get(&partition).copied().unwrap_or_default();
                let rest = Stretch { partition: partition.clone(), from, end: u64::MAX };
                let records = self.read(&rest).await?;
                if records.is_empty() || !self.close(answering, &partition, records, &letters).await? {
                    break;
                }
            }
        }
        Ok(Ok(()))
    }

    /// Folds the first of the records, up to one that the consumer has not folded; whether it may have folded more. It folds a
    /// partition in order: what comes after that one, and was seen, is a copy of what came before.
    async fn close(
        &mut self,
        answering: &mut PgConnection,
        partition: &PartitionId,
        records: Vec<Delivered>,
        letters: &BTreeSet<Position>,
    ) -> Result<bool, Failure> {
        let read = records.into_iter().filter(|record| !letters.contains(&record.position));
        // What cannot be read and is not parked, the consumer has not come past.
        let event = |Delivered { position, record }: Delivered| {
            Some((position.offset, decode_on(&partition.topic, &record).ok()?))
        };
        let read: Vec<(u64, Message)> = read.map_while(event).collect();
        let messages: Vec<&Message> = read.iter().map(|(_, message)| message).collect();
        let seen = are_seen(answering, &messages).await.map_err(StoreError::from)?;
        let folded: Vec<(u64, Message)> =
            read.into_iter().zip(seen).map_while(|(one, seen)| seen.then_some(one)).collect();
        let Some(last) = folded.last().map(|(offset, _)| *offset) else { return Ok(false) };
        let messages: Vec<Message> = folded.into_iter().map(|(_, message)| message).collect();
        self.into.apply_all(&messages).await?;
        let passed = letters.iter().filter(|letter| letter.partition == *partition && letter.offset < last);
        self.left_out.extend(passed.cloned());
        self.advance(partition, last + 1);
        Ok(true)
    }

    /// The next records of a stretch; none at its end.
    async fn read(&self, Stretch { partition, from, end }: &Stretch) -> Result<Vec<Delivered>, Failure> {
        if from >= end {
            return Ok(Vec::new());
        }
        let mut records = self.log.read(partition, *from, CHUNK).await?;
        records.retain(|record| record.position.offset < *end);
        Ok(records)
    }

    fn advance(&mut self, partition: &PartitionId, to: u64) {
        if let Some(next) = self.next.get_mut(partition) {
            self.records += to.saturating_sub(*next);
            *next = to;
        }
    }

    /// Where the events lie that the consumer has parked or given up.
    async fn letters(&self) -> Result<Letters, Failure> {
        let (mut letters, mut after) = (Letters::default(), 0);
        loop {
            let page = self.store.dead_letters(None, after, LETTERS).await?;
            let Some(last) = page.last() else { return Ok(letters) };
            after = last.id;
            for DeadLetter { letter, state, .. } in page {
                if letter.consumer == CONSUMER && state != DeadLetterState::Handled {
                    letters.is_retrying |= state == DeadLetterState::Retrying;
                    letters.positions.insert(letter.position);
                }
            }
        }
    }
}

/// The events of records, but for what is among the letters.
fn messages(
    records: Vec<Delivered>,
    letters: &BTreeSet<Position>,
    left_out: &mut Vec<Position>,
) -> Result<Vec<Message>, Failure> {
    let mut messages = Vec::with_capacity(records.len());
    for Delivered { position, record } in records {
        match letters.contains(&position) {
            true => left_out.push(position),
            false => messages.push(decode_on(&position.partition.topic, &record)?),
        }
    }
    Ok(messages)
}
