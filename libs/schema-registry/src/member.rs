//! A member of a group on a log that has the registry's numbers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::slice;
use std::sync::Arc;

use async_trait::async_trait;
use event_log::{Delivered, LogError, PartitionId, Subscription};
use futures::future::select_all;

use crate::meanings::Meanings;

/// A member of a group. Where it meets a number that is not known, that partition waits, and no other.
pub(crate) struct Member {
    inner: Box<dyn Subscription>,
    meanings: Arc<Meanings>,
    /// What was delivered of each partition that waits, from the first record on whose number is not known. The log delivers no
    /// more of it meanwhile.
    held: BTreeMap<PartitionId, VecDeque<Delivered>>,
    /// What the caller wants nothing from.
    paused: BTreeSet<PartitionId>,
}

impl Member {
    pub(crate) fn new(inner: Box<dyn Subscription>, meanings: Arc<Meanings>) -> Self {
        Self { inner, meanings, held: BTreeMap::new(), paused: BTreeSet::new() }
    }

    /// What can be handed on, and what cannot is held.
    fn sift(&mut self, records: Vec<Delivered>) -> Vec<Delivered> {
        let mut known = Vec::with_capacity(records.len());
        for mut record in records {
            if !self.follows_held(&record) && self.meanings.translate(&mut record.record).is_ok() {
                known.push(record);
            } else {
                self.hold(record);
            }
        }
        known
    }

    /// Whether records before this one are held. A partition that begins anew leaves what was held of it behind.
    fn follows_held(&mut self, record: &Delivered) -> bool {
        let partition = &record.position.partition;
        let Some(last) = self.held.get(partition).and_then(VecDeque::back) else { return false };
        if last.position.offset < record.position.offset {
            return true;
        }
        self.held.remove(partition);
        false
    }

    fn hold(&mut self, record: Delivered) {
        let partition = record.position.partition.clone();
        if !self.held.contains_key(&partition) {
            self.inner.pause(slice::from_ref(&partition));
        }
        self.held.entry(partition).or_default().push_back(record);
    }

    /// What was held and is known now.
    fn release(&mut self, limit: usize) -> Vec<Delivered> {
        let Self { inner, meanings, held, paused } = self;
        let mut released = Vec::new();
        held.retain(|partition, records| {
            if paused.contains(partition) {
                return true;
            }
            while let Some(first) = records.front_mut() {
                if released.len() >= limit || meanings.translate(&mut first.record).is_err() {
                    return true;
                }
                released.extend(records.pop_front());
            }
            inner.resume(slice::from_ref(partition));
            false
        });
        released
    }

    /// The numbers that partitions wait for.
    fn wanted(&self) -> BTreeSet<u32> {
        let first = self.held.values().filter_map(VecDeque::front);
        first.filter_map(|record| self.meanings.unknown(&record.record)).collect()
    }

    /// Another member's partitions are nothing to this one any more.
    fn follow_assignment(&mut self) {
        if !self.held.is_empty() {
            let own = self.inner.assignment();
            self.held.retain(|partition, _| own.contains(partition));
            self.paused.retain(|partition| own.contains(partition));
        }
    }

    /// The partition was another's in between, and begins anew.
    fn forget_if_fenced<T>(&mut self, outcome: Result<T, LogError>) -> Result<T, LogError> {
        if let Err(LogError::Fenced { partition, .. }) = &outcome {
            self.paused.remove(partition);
            self.drop_held(partition);
        }
        outcome
    }

    fn drop_held(&mut self, partition: &PartitionId) {
        if self.held.remove(partition).is_some() && !self.paused.contains(partition) {
            self.inner.resume(slice::from_ref(partition));
        }
    }
}

/// Waits for the answer to one of these questions.
async fn answered(meanings: &Arc<Meanings>, numbers: BTreeSet<u32>) {
    let questions = numbers.into_iter().map(|number| Box::pin(meanings.learn(number)));
    // What it is, is seen when records are released; why there is none, when somebody asks.
    let _ = select_all(questions).await;
}

#[async_trait]
impl Subscription for Member {
    async fn next(&mut self, limit: usize) -> Result<Vec<Delivered>, LogError> {
        loop {
            self.follow_assignment();
            let released = self.release(limit.max(1));
            if !released.is_empty() {
                return Ok(released);
            }
            let wanted = self.wanted();
            let delivered = tokio::select! {
                delivered = self.inner.next(limit) => delivered,
                () = answered(&self.meanings, wanted.clone()), if !wanted.is_empty() => continue,
            };
            let delivered = self.forget_if_fenced(delivered)?;
            let known = self.sift(delivered);
            if !known.is_empty() {
                return Ok(known);
            }
        }
    }

    async fn commit(&mut self, partition: &PartitionId, next: u64) -> Result<(), LogError> {
        let committed = self.inner.commit(partition, next).await;
        self.forget_if_fenced(committed)
    }

    fn assignment(&self) -> Vec<PartitionId> {
        self.inner.assignment()
    }

    fn pause(&mut self, partitions: &[PartitionId]) {
        self.paused.extend(partitions.iter().cloned());
        self.inner.pause(partitions);
    }

    fn resume(&mut self, partitions: &[PartitionId]) {
        self.paused.retain(|paused| !partitions.contains(paused));
        let free = partitions.iter().filter(|partition| !self.held.contains_key(*partition));
        self.inner.resume(&free.cloned().collect::<Vec<_>>());
    }

    fn held_up(&self) -> Option<LogError> {
        self.wanted().into_iter().find_map(|number| self.meanings.trouble(number))
    }

    async fn leave(self: Box<Self>) -> Result<(), LogError> {
        self.inner.leave().await
    }
}
