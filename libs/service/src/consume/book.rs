//! What a consumer has in hand: the lanes, and what they have done.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_log::{Delivered, PartitionId};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::lane::{Lane, LaneTask};
use super::work::{Done, Progress, Step, Work};
use crate::policy::Policy;

/// The lanes of a consumer, and what they have done.
pub(super) struct Book {
    lanes: BTreeMap<PartitionId, Lane>,
    /// Lanes that lost their partition and may still be at their last record.
    ending: BTreeMap<PartitionId, LaneTask>,
    /// What is done and not committed: for each partition the offset that follows.
    pub(super) uncommitted: BTreeMap<PartitionId, u64>,
    pub(super) commit_at: Option<Instant>,
    work: Arc<dyn Work>,
    report: UnboundedSender<Progress>,
    policy: Policy,
    shutdown: CancellationToken,
    generation: u64,
}

impl Book {
    /// An empty book, and where the lanes' reports arrive.
    pub(super) fn new(
        work: Arc<dyn Work>,
        policy: Policy,
        shutdown: CancellationToken,
    ) -> (Self, UnboundedReceiver<Progress>) {
        let (report, progress) = mpsc::unbounded_channel();
        let (lanes, ending, uncommitted) = Default::default();
        let book = Self {
            lanes,
            ending,
            uncommitted,
            commit_at: None,
            work,
            report,
            policy,
            shutdown,
            generation: 0,
        };
        (book, progress)
    }

    /// Gives records to the partition's lane. True if the partition has enough now and is to be paused.
    pub(super) fn give(&mut self, partition: &PartitionId, records: Vec<Delivered>) -> bool {
        let enough = self.policy.waiting;
        let lane = self.lane(partition);
        lane.give(records);
        let pause = lane.pending >= enough && !lane.paused;
        lane.paused |= pause;
        pause
    }

    /// Whether the lane has been given this offset: the partition was away and is back, and what was not
    /// committed comes again.
    pub(super) fn had(&self, partition: &PartitionId, offset: u64) -> bool {
        self.lanes.get(partition).is_some_and(|lane| offset < lane.next)
    }

    /// Has what waits of this key handled again.
    pub(super) fn again(&mut self, partition: &PartitionId, key: String) {
        self.lane(partition).again(key);
    }

    /// Notes what a lane has done. Gives the partition if it is to be resumed.
    pub(super) fn note(&mut self, progress: Progress) -> Option<PartitionId> {
        let Progress { partition, generation, step } = progress;
        let lane = self.lanes.get_mut(&partition).filter(|lane| lane.generation == generation)?;
        match step {
            Step::Again { key } => {
                lane.again_is_done(&key);
                None
            }
            Step::Records { next, records } => {
                lane.pending = lane.pending.saturating_sub(records);
                let resume = lane.paused && lane.pending <= self.policy.waiting / 2;
                lane.paused &= !resume;
                self.uncommitted.insert(partition.clone(), next);
                self.commit_at.get_or_insert(Instant::now() + self.policy.commit_within);
                resume.then_some(partition)
            }
        }
    }

    /// Whether nothing is in hand of any partition.
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// The partitions that have a lane and are not assigned any more.
    pub(super) fn strays(&self, assigned: &[PartitionId]) -> Vec<PartitionId> {
        self.lanes.keys().filter(|lane| !assigned.contains(lane)).cloned().collect()
    }

    /// The partition is another member's, or begins anew: its records are dropped. True if it was paused.
    pub(super) fn revoke(&mut self, partition: &PartitionId) -> bool {
        self.uncommitted.remove(partition);
        let Some(lane) = self.lanes.remove(partition) else { return false };
        let paused = lane.paused;
        self.ending.insert(partition.clone(), lane.revoke());
        paused
    }

    /// Whether a lane has ended, though nobody told it to.
    pub(super) fn is_broken(&self) -> bool {
        self.lanes.values().any(Lane::is_broken)
    }

    /// The lanes finish what they have and take no more; the channel of their reports ends with the last of them.
    pub(super) fn close(&mut self) {
        self.ending.clear();
        self.report = mpsc::unbounded_channel().0;
        self.lanes.values_mut().for_each(Lane::close);
    }

    fn lane(&mut self, partition: &PartitionId) -> &mut Lane {
        self.lanes.entry(partition.clone()).or_insert_with(|| {
            self.generation += 1;
            let (generation, progress) = (self.generation, self.report.clone());
            let done = Done { partition: partition.clone(), generation, progress };
            let previous = self.ending.remove(partition);
            Lane::start(Arc::clone(&self.work), done, self.shutdown.clone(), previous)
        })
    }
}
