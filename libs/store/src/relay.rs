//! Publishes a store's outbox.

mod batch;
mod hand;
mod status;
mod sweep;
mod wait;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, partition_of};
use events::Topic;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::commit::Outgoing;
use crate::error::StoreError;
use crate::traits::{Publisher, Store};
use batch::{Place, Rows};
use hand::Hand;
pub use status::{RelayError, RelayStatus};
use wait::Wait;

/// How often the right to publish is looked after, and an outbox of which everything that was found waits.
const LOOK: Duration = Duration::from_secs(1);

/// How many rows are read at once.
const ROWS: usize = 500;

/// Publishes what a store's outbox holds to the log, in order, and deletes what was published.
///
/// Every row is published at least once and in its aggregate's order; a crash between publishing and deleting publishes
/// it twice, and readers drop the second by its sequence. Nothing is dropped here: while the log is away all rows wait, and while one
/// partition of it is, that partition's; when it refuses one (too large), that row and the later ones of its aggregate wait and the
/// others pass. What waits is left out where the outbox is read, so that it is in nobody's way however much it is.
/// [`Store::backlog`] says how much waits and for how long.
#[derive(Clone)]
pub struct OutboxRelay {
    store: Arc<dyn Store>,
    log: Arc<dyn EventLog>,
    status: watch::Sender<RelayStatus>,
}

impl OutboxRelay {
    /// From this store to this log.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, log: Arc<dyn EventLog>) -> Self {
        Self { store, log, status: watch::Sender::new(RelayStatus::Waiting) }
    }

    /// What it is doing.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<RelayStatus> {
        self.status.subscribe()
    }

    /// Publishes until it is told to stop; then it finishes what it has in hand. Of the processes that run one for
    /// the same store, one publishes and the others wait for its turn to end.
    pub async fn run(&self, shutdown: CancellationToken) {
        tokio::join!(self.publish(&shutdown), sweep::run(&*self.store, &shutdown));
    }

    async fn publish(&self, shutdown: &CancellationToken) {
        let mut wait = Wait::default();
        while let Some(turn) = shutdown.run_until_cancelled(self.own_turn()).await {
            match turn {
                Ok(publisher) => {
                    wait.reset();
                    self.turn(publisher, shutdown).await;
                    self.now(RelayStatus::Waiting);
                }
                Err(error) => {
                    self.failed(error.into());
                    self.pause(&mut wait, shutdown).await;
                }
            }
        }
    }

    /// Waits for its turn. That may be as long as another process lives: it is not the store that was away which it waits for then.
    async fn own_turn(&self) -> Result<Box<dyn Publisher>, StoreError> {
        let mut turn = self.store.publisher();
        loop {
            match tokio::time::timeout(LOOK, &mut turn).await {
                Ok(turn) => return turn,
                Err(_) if self.is_failing() && self.store.backlog().await.is_ok() => {
                    self.now(RelayStatus::Waiting);
                }
                Err(_) => {}
            }
        }
    }

    fn is_failing(&self) -> bool {
        matches!(*self.status.borrow(), RelayStatus::Failing { .. })
    }

    /// Publishes as long as the right to do so is there.
    async fn turn(&self, mut publisher: Box<dyn Publisher>, shutdown: &CancellationToken) {
        let mut hand = Hand::new(&self.log, shutdown);
        let (mut wait, mut looked) = (Wait::default(), Instant::now());
        while !shutdown.is_cancelled() {
            if looked.elapsed() >= LOOK {
                if !publisher.holds().await {
                    break;
                }
                looked = Instant::now();
            }
            match self.pass(&mut hand, shutdown).await {
                Ok(()) => {
                    wait.reset();
                    self.tell(&mut hand);
                }
                Err(error) => {
                    self.failed(error.into());
                    self.pause(&mut wait, shutdown).await;
                }
            }
        }
        if shutdown.is_cancelled() {
            hand.all().await;
        }
        // What is not deleted is published again.
        let _ = self.delete(&mut hand).await;
    }

    /// Reads the oldest rows that nobody has in hand, and begins to publish them. A partition that is slow, or away, goes on being
    /// published beside the passes that follow.
    async fn pass(&self, hand: &mut Hand, shutdown: &CancellationToken) -> Result<(), StoreError> {
        self.delete(hand).await?;
        if hand.is_full() {
            // What there is waits for these. To read past all of it for each new row would be most of the work.
            let _ = shutdown.run_until_cancelled(tokio::time::timeout(LOOK, hand.one())).await;
            // What has ended meanwhile is in the outbox still.
            self.delete(hand).await?;
        }
        let left_out = hand.left_out();
        let batches = self.by_place(self.store.outbox_without(&left_out, ROWS).await?).await;
        if batches.is_empty() {
            self.tell(hand);
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                () = hand.one() => {}
                () = self.store.outbox_wake() => {}
            }
            return Ok(());
        }
        let begun = batches.keys().cloned().collect();
        hand.begin(batches);
        hand.gather(begun).await;
        Ok(())
    }

    /// Rows by the partitions that they go to.
    async fn by_place(&self, rows: Vec<(i64, Outgoing)>) -> BTreeMap<Place, Rows> {
        let (mut counts, mut batches) = (BTreeMap::<Topic, u32>::new(), BTreeMap::<Place, Rows>::new());
        for (id, Outgoing { topic, record }) in rows {
            let count = match counts.get(&topic) {
                Some(count) => *count,
                None => {
                    // Where it cannot be told, the topic waits as a whole: to append says why.
                    let count = tokio::time::timeout(LOOK, self.log.partitions(&topic)).await;
                    let count = count.ok().and_then(Result::ok).unwrap_or(1).max(1);
                    counts.insert(topic.clone(), count);
                    count
                }
            };
            let partition = partition_of(record.key.as_bytes(), count);
            batches.entry(Place { topic, partition, count }).or_default().push(id, record);
        }
        batches
    }

    /// Deletes what is published. Until that is done nothing more is read, so that nothing is published again.
    async fn delete(&self, hand: &mut Hand) -> Result<(), StoreError> {
        if !hand.published.is_empty() {
            self.store.published(&hand.published).await?;
            hand.published.clear();
        }
        Ok(())
    }

    /// Says what waits, or that nothing does. As long as what was held is under way again it stays as it was said last.
    fn tell(&self, hand: &mut Hand) {
        match hand.trouble() {
            Some(error) => self.failed(error.clone().into()),
            None if hand.is_well() => {
                hand.well();
                self.now(RelayStatus::Publishing);
            }
            None => {}
        }
    }

    async fn pause(&self, wait: &mut Wait, shutdown: &CancellationToken) {
        shutdown.run_until_cancelled(tokio::time::sleep(wait.take())).await;
    }

    /// Says each failure once, not each time that it is tried again.
    fn failed(&self, error: RelayError) {
        let failing = RelayStatus::Failing { code: error.code(), message: error.to_string() };
        if *self.status.borrow() != failing {
            tracing::warn!(code = error.code(), %error, "the outbox waits; it is tried again");
        }
        self.now(failing);
    }

    fn now(&self, status: RelayStatus) {
        self.status.send_if_modified(|now| {
            let modified = *now != status;
            if modified && matches!(now, RelayStatus::Failing { .. }) && status == RelayStatus::Publishing {
                tracing::info!("the outbox is published again");
            }
            *now = status;
            modified
        });
    }
}

impl std::fmt::Debug for OutboxRelay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutboxRelay").field("status", &*self.status.borrow()).finish_non_exhaustive()
    }
}
