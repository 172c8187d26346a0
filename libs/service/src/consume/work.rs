//! What a lane does with records, and how it is told to stop.

use std::time::Duration;

use async_trait::async_trait;
use event_log::{Delivered, PartitionId};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

/// What is done with the records of a partition, in order.
#[async_trait]
pub(crate) trait Work: Send + Sync + 'static {
    /// Does all that the records ask for, and says how far it has come as it goes.
    async fn records(&self, records: Vec<Delivered>, done: &Done, stop: &Stop) -> Result<(), Stopped>;

    /// Handles what waits of this key again.
    async fn again(&self, partition: &PartitionId, key: &str, stop: &Stop) -> Result<(), Stopped>;
}

/// The lane was told to stop before the work was over; the rest will be delivered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped;

/// How a lane is told to stop.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    /// Finish what works, wait for nothing.
    pub(crate) shutdown: CancellationToken,
    /// The partition is another member's: begin nothing more.
    pub(crate) revoked: CancellationToken,
}

impl Stop {
    /// Whether the next record may be begun.
    pub(crate) fn check(&self) -> Result<(), Stopped> {
        if self.revoked.is_cancelled() { Err(Stopped) } else { Ok(()) }
    }

    /// Waits, unless the lane is told to stop.
    pub(crate) async fn sleep(&self, time: Duration) -> Result<(), Stopped> {
        tokio::select! {
            biased;
            () = tokio::time::sleep(time) => Ok(()),
            () = self.shutdown.cancelled() => Err(Stopped),
            () = self.revoked.cancelled() => Err(Stopped),
        }
    }
}

/// How a lane says how far it has come.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) partition: PartitionId,
    /// Which of the lanes that the partition has had.
    pub(crate) generation: u64,
    pub(crate) progress: UnboundedSender<Progress>,
}

/// How far a lane has come.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) partition: PartitionId,
    pub(crate) generation: u64,
    pub(crate) step: Step,
}

/// What a lane has done.
#[derive(Debug)]
pub(crate) enum Step {
    /// Everything before `next`, with `records` more than before.
    Records { next: u64, records: usize },
    /// What waited of this key, or as much of it as could be handled.
    Again { key: String },
}

impl Done {
    /// Everything before `next` is done with, `records` more than before.
    pub(crate) fn records(&self, next: u64, records: usize) {
        self.send(Step::Records { next, records });
    }

    pub(crate) fn again(&self, key: String) {
        self.send(Step::Again { key });
    }

    fn send(&self, step: Step) {
        let (partition, generation) = (self.partition.clone(), self.generation);
        // Nobody listens only if the consumer is gone, and then nothing will be committed.
        let _ = self.progress.send(Progress { partition, generation, step });
    }
}
