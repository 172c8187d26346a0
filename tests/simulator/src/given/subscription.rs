//! A member of a group, whose records come late and out of order across partitions, and whose commits may be forgotten.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use event_log::{Delivered, LogError, PartitionId, Subscription};
use tokio::time::{Instant, sleep_until};

use crate::mutation::Mutation;
use crate::process::{Fate, NOBODY, Process};

/// A member of a group.
pub(super) struct GivenSubscription {
    inner: Box<dyn Subscription>,
    process: Process,
    /// What was delivered and is still on its way, by partition, and when it arrives.
    on_its_way: BTreeMap<PartitionId, (Instant, Vec<Delivered>)>,
    paused: BTreeSet<PartitionId>,
    /// Commits that were acknowledged and not synced.
    unsynced: BTreeMap<PartitionId, u64>,
    /// Partitions of which something was delivered before.
    begun: BTreeSet<PartitionId>,
}

impl GivenSubscription {
    pub(super) fn new(inner: Box<dyn Subscription>, process: Process) -> Self {
        let (on_its_way, paused, unsynced, begun) = Default::default();
        Self { inner, process, on_its_way, paused, unsynced, begun }
    }

    /// Once all is calm, what was acknowledged is synced, as soon as the log is reached. A partition that is another's by now
    /// is that one's.
    async fn sync(&mut self) {
        while self.process.weather().is_calm()
            && let Some((partition, next)) = self.unsynced.pop_first()
        {
            if let Err(LogError::Unavailable(_)) = self.inner.commit(&partition, next).await {
                self.unsynced.insert(partition, next);
                return;
            }
        }
    }

    /// What a member had of a partition is nothing to it once the partition was another's.
    fn forget(&mut self, partition: &PartitionId) {
        self.on_its_way.remove(partition);
        self.unsynced.remove(partition);
    }

    fn keep_own(&mut self) {
        if self.unsynced.is_empty() && self.on_its_way.is_empty() {
            return;
        }
        let own = self.inner.assignment();
        self.unsynced.retain(|partition, _| own.contains(partition));
        self.on_its_way.retain(|partition, _| own.contains(partition));
    }

    async fn take_in(&mut self, limit: usize) -> Result<(), LogError> {
        let taken = self.inner.next(limit).await;
        if let Err(LogError::Fenced { partition, .. }) = &taken {
            self.forget(partition);
        }
        for record in taken? {
            let partition = record.position.partition.clone();
            if self.process.has(Mutation::RedeliverySkips)
                && self.begun.insert(partition.clone())
                && record.position.offset > 0
            {
                continue;
            }
            let due = || (Instant::now() + self.process.held(), Vec::new());
            self.on_its_way.entry(partition).or_insert_with(due).1.push(record);
        }
        if self.process.has(Mutation::CommitBeforeEffect) {
            for (partition, (_, records)) in &self.on_its_way {
                let next = records.last().map_or(0, |last| last.position.offset + 1);
                let _ = self.inner.commit(partition, next).await;
            }
        }
        Ok(())
    }

    /// What has arrived; or when something will, if anything is on its way.
    fn arrive(&mut self) -> Result<Vec<Delivered>, Option<Instant>> {
        let now = Instant::now();
        let Self { on_its_way, paused, .. } = self;
        let coming = on_its_way.iter().filter(|(partition, _)| !paused.contains(partition));
        let coming: Vec<(PartitionId, Instant)> =
            coming.map(|(partition, (due, _))| (partition.clone(), *due)).collect();
        let next = coming.iter().map(|(_, due)| *due).min();
        if next.is_none_or(|next| next > now) {
            return Err(next);
        }
        let arrived = coming.into_iter().filter(|(_, due)| *due <= now);
        Ok(arrived
            .filter_map(|(partition, _)| on_its_way.remove(&partition))
            .flat_map(|(_, records)| records)
            .collect())
    }
}

#[async_trait]
impl Subscription for GivenSubscription {
    async fn next(&mut self, limit: usize) -> Result<Vec<Delivered>, LogError> {
        self.keep_own();
        self.sync().await;
        loop {
            self.keep_own();
            // What is on its way stays so if the caller waits for something else meanwhile.
            match self.arrive() {
                Ok(arrived) => return Ok(arrived),
                Err(Some(due)) => {
                    sleep_until(due).await;
                    continue;
                }
                Err(None) => {}
            }
            match self.process.fate() {
                Fate::CrashBefore | Fate::CrashAfter => return self.process.end().await,
                Fate::Lost | Fate::Unheard => {
                    self.process.wait().await;
                    return Err(LogError::Unavailable(NOBODY.to_owned()));
                }
                Fate::Done => {}
            }
            self.take_in(limit).await?;
            if self.process.is_dead() {
                return self.process.end().await;
            }
        }
    }

    async fn commit(&mut self, partition: &PartitionId, next: u64) -> Result<(), LogError> {
        if self.process.has(Mutation::CommitBeforeEffect) {
            return Ok(());
        }
        let weather = self.process.weather();
        let unsynced = !weather.is_calm() && self.process.lot().hits(weather.rates.unsynced);
        if unsynced && self.inner.assignment().contains(partition) {
            self.unsynced.insert(partition.clone(), next);
            return Ok(());
        }
        self.unsynced.remove(partition);
        let process = self.process.clone();
        process.ask(LogError::Unavailable, self.inner.commit(partition, next)).await
    }

    fn assignment(&self) -> Vec<PartitionId> {
        self.inner.assignment()
    }

    fn pause(&mut self, partitions: &[PartitionId]) {
        self.paused.extend(partitions.iter().cloned());
        self.inner.pause(partitions);
    }

    fn resume(&mut self, partitions: &[PartitionId]) {
        self.paused.retain(|partition| !partitions.contains(partition));
        self.inner.resume(partitions);
    }

    async fn leave(self: Box<Self>) -> Result<(), LogError> {
        self.inner.leave().await
    }
}
