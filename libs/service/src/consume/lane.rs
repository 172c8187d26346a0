//! One partition's records, handled in order by a task of their own.

use std::collections::BTreeSet;
use std::sync::Arc;

use event_log::Delivered;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::work::{Done, Stop, Work};

/// What the reader knows of a lane.
pub(super) struct Lane {
    pub(super) generation: u64,
    /// The offset that follows the last record that the lane was given.
    pub(super) next: u64,
    /// How many records it has and is not done with.
    pub(super) pending: usize,
    pub(super) paused: bool,
    /// The keys that it was told to handle again.
    retrying: BTreeSet<String>,
    /// None once the lane takes no more.
    orders: Option<UnboundedSender<Order>>,
    revoked: CancellationToken,
    task: LaneTask,
}

/// Ends the lane's task when it is dropped.
pub(super) type LaneTask = AbortOnDropHandle<()>;

enum Order {
    Records(Vec<Delivered>),
    Again(String),
}

impl Lane {
    /// Starts a lane, once `previous`, which had the partition before, has ended.
    pub(super) fn start(
        work: Arc<dyn Work>,
        done: Done,
        shutdown: CancellationToken,
        previous: Option<LaneTask>,
    ) -> Self {
        let (orders, received) = mpsc::unbounded_channel();
        let revoked = CancellationToken::new();
        let stop = Stop { shutdown, revoked: revoked.clone() };
        let generation = done.generation;
        let task = AbortOnDropHandle::new(tokio::spawn(async move {
            if let Some(previous) = previous {
                // However it ended, it has.
                let _ = previous.await;
            }
            run(received, work, done, stop).await;
        }));
        let retrying = BTreeSet::new();
        Self { generation, next: 0, pending: 0, paused: false, retrying, orders: Some(orders), revoked, task }
    }

    pub(super) fn give(&mut self, records: Vec<Delivered>) {
        let Some(last) = records.last() else { return };
        self.next = last.position.offset + 1;
        self.pending += records.len();
        self.order(Order::Records(records));
    }

    /// Handles what waits of this key again, unless it is about to.
    pub(super) fn again(&mut self, key: String) {
        if self.retrying.insert(key.clone()) {
            self.order(Order::Again(key));
        }
    }

    pub(super) fn again_is_done(&mut self, key: &str) {
        self.retrying.remove(key);
    }

    /// Whether its task has ended, though nobody told it to.
    pub(super) fn is_broken(&self) -> bool {
        self.task.is_finished()
    }

    /// The lane begins nothing more. What it is at may come to its end.
    pub(super) fn revoke(self) -> LaneTask {
        self.revoked.cancel();
        self.task
    }

    /// The lane finishes what it has, and takes no more.
    pub(super) fn close(&mut self) {
        self.orders = None;
    }

    fn order(&self, order: Order) {
        // A lane that is gone is found by `is_broken`.
        let _ = self.orders.as_ref().map(|orders| orders.send(order));
    }
}

async fn run(mut orders: UnboundedReceiver<Order>, work: Arc<dyn Work>, done: Done, stop: Stop) {
    while let Some(order) = orders.recv().await {
        let outcome = match order {
            Order::Records(records) => work.records(records, &done, &stop).await,
            Order::Again(key) => {
                let outcome = work.again(&done.partition, &key, &stop).await;
                done.again(key);
                outcome
            }
        };
        if outcome.is_err() {
            return;
        }
    }
}
