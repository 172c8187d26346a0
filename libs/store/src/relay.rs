//! Publishes a store's outbox.

mod batch;
mod status;
mod sweep;

use std::sync::Arc;
use std::time::Duration;

use event_log::EventLog;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::StoreError;
use crate::traits::{Publisher, Store};
use batch::Pass;
pub use status::{RelayError, RelayStatus};

/// Waits after failures: the first, doubled each time up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How often the right to publish is looked after.
const LOOK: Duration = Duration::from_secs(1);

/// Publishes what a store's outbox holds to the log, in order, and deletes what was published.
///
/// Every row is published at least once and in its aggregate's order; a crash between publishing and deleting publishes
/// it twice, and readers drop the second by its sequence. Nothing is dropped here: while the log is away all rows wait;
/// when it refuses one (too large, no such topic), that row and the later ones of its aggregate wait and the
/// others pass. [`Store::backlog`] says how much waits and for how long.
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
        let mut wait = FIRST_WAIT;
        while let Some(turn) = shutdown.run_until_cancelled(self.own_turn()).await {
            match turn {
                Ok(publisher) => {
                    wait = FIRST_WAIT;
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
        let (mut wait, mut looked) = (FIRST_WAIT, Instant::now());
        while !shutdown.is_cancelled() {
            if looked.elapsed() >= LOOK {
                if !publisher.holds().await {
                    return;
                }
                looked = Instant::now();
            }
            match self.pass().await {
                Ok(Pass { published: 0, held: None }) => {
                    self.well(&mut wait);
                    shutdown.run_until_cancelled(self.store.outbox_wake()).await;
                }
                Ok(Pass { held: None, .. }) => self.well(&mut wait),
                Ok(Pass { held: Some(error), .. }) => {
                    self.failed(error.into());
                    // New rows of other aggregates need not wait for the ones that are held.
                    tokio::select! {
                        biased;
                        () = self.pause(&mut wait, shutdown) => {}
                        () = self.store.outbox_wake() => {}
                    }
                }
                Err(error) => {
                    self.failed(error);
                    self.pause(&mut wait, shutdown).await;
                }
            }
        }
    }

    async fn pause(&self, wait: &mut Duration, shutdown: &CancellationToken) {
        let now = *wait;
        *wait = LONGEST_WAIT.min(now * 2);
        shutdown.run_until_cancelled(tokio::time::sleep(now)).await;
    }

    fn well(&self, wait: &mut Duration) {
        *wait = FIRST_WAIT;
        self.now(RelayStatus::Publishing);
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
