//! A member of a group of the log in memory.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use events::Topic;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

use super::MemoryLog;
use crate::error::LogError;
use crate::lent::Lent;
use crate::position::{Delivered, Group, PartitionId, Position};
use crate::traits::Subscription;

/// Who asks again and again while it is cut off is answered once in this time.
const RETRY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct MemorySubscription {
    log: MemoryLog,
    group: Group,
    member: u64,
    topics: BTreeSet<Topic>,
    woken: Arc<Notify>,
    refused: bool,
    lent: Lent<PartitionId>,
}

impl MemorySubscription {
    pub(super) fn new(
        log: MemoryLog,
        group: Group,
        member: u64,
        topics: BTreeSet<Topic>,
        woken: Arc<Notify>,
    ) -> Self {
        Self { log, group, member, topics, woken, refused: false, lent: Lent::default() }
    }

    /// What there is for this member, or else how long it may wait.
    fn take(&mut self, limit: usize) -> Result<Result<Vec<Delivered>, Option<Instant>>, LogError> {
        let mut state = self.log.reach()?;
        if !state.settled(&self.group).has(self.member) {
            self.woken = state.join(&self.group, self.member, self.log.link.client, &self.topics);
        }
        let group = state.settled(&self.group);
        if let Some(back) = self.lent.take_returned(|partition| group.epoch(self.member, partition)) {
            return Err(self.fenced(&back));
        }
        let delivered = state.deliver(&self.group, self.member, limit.max(1))?;
        let group = state.settled(&self.group);
        for Delivered { position: Position { partition, offset }, .. } in &delivered {
            let epoch = group.epoch(self.member, partition).unwrap_or_default();
            self.lent.give(partition.clone(), epoch, offset + 1);
        }
        Ok(if delivered.is_empty() { Err(group.deadline()) } else { Ok(delivered) })
    }

    fn fenced(&self, partition: &PartitionId) -> LogError {
        LogError::Fenced { group: self.group.clone(), partition: partition.clone() }
    }

    fn each_cursor(&mut self, partitions: &[PartitionId], paused: Paused) {
        let mut state = self.log.lock();
        let group = state.settled(&self.group);
        for partition in partitions {
            if let Some(cursor) = group.cursor(self.member, partition) {
                cursor.paused = matches!(paused, Paused::Yes);
            }
        }
        self.woken.notify_one();
    }
}

enum Paused {
    Yes,
    No,
}

#[async_trait]
impl Subscription for MemorySubscription {
    async fn next(&mut self, limit: usize) -> Result<Vec<Delivered>, LogError> {
        if self.refused && self.log.reach().is_err() {
            let _ = timeout(RETRY, self.woken.notified()).await;
        }
        loop {
            let taken = self.take(limit);
            self.refused = taken.is_err();
            match taken? {
                Ok(delivered) => return Ok(delivered),
                Err(None) => self.woken.notified().await,
                Err(Some(deadline)) => tokio::select! {
                    biased;
                    () = self.woken.notified() => {}
                    () = sleep_until(deadline) => {}
                },
            }
        }
    }

    async fn commit(&mut self, partition: &PartitionId, next: u64) -> Result<(), LogError> {
        let mut state = self.log.reach()?;
        let group = state.settled(&self.group);
        let held = group.cursor(self.member, partition).map(|cursor| cursor.epoch);
        if self.lent.epoch(partition).or(held) != held || !group.commit(self.member, partition, next) {
            self.lent.forget(partition);
            return Err(self.fenced(partition));
        }
        self.lent.commit(partition, next);
        // It may be what another member waits for.
        state.settled(&self.group);
        Ok(())
    }

    fn assignment(&self) -> Vec<PartitionId> {
        self.log.lock().settled(&self.group).assignment(self.member)
    }

    fn pause(&mut self, partitions: &[PartitionId]) {
        self.each_cursor(partitions, Paused::Yes);
    }

    fn resume(&mut self, partitions: &[PartitionId]) {
        self.each_cursor(partitions, Paused::No);
    }

    async fn leave(self: Box<Self>) -> Result<(), LogError> {
        self.log.reach().map(drop)
    }
}

impl Drop for MemorySubscription {
    fn drop(&mut self) {
        // Who is cut off cannot say goodbye.
        if let Ok(mut state) = self.log.reach() {
            state.settled(&self.group).leave(self.member);
            state.settled(&self.group);
        }
    }
}
