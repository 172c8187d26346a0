//! A store in memory, for the simulator and for tests: it keeps the contract and forgets all when it ends.

mod blobs;
mod commit;
mod dead_letters;
mod inner;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use events::Topic;
use ids::OrgId;
use serde_json::Value;
use time::OffsetDateTime;
use tokio::sync::{Notify, OwnedMutexGuard};

pub use blobs::MemoryBlobs;

use crate::check;
use crate::commit::{Backlog, Commit, Outgoing, Stored};
use crate::dead_letter::{DeadLetter, DeadLetterState, NewDeadLetter};
use crate::error::StoreError;
use crate::left_out::LeftOut;
use crate::traits::{Publisher, Store};
use inner::Inner;

/// A store in memory. Clones are one store.
#[derive(Clone)]
pub struct MemoryStore {
    inner: Arc<Mutex<Inner>>,
    now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    committed: Arc<Notify>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryStore {
    /// An empty store, with a clock.
    #[must_use]
    pub fn new(now: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Self {
        let (inner, committed, turn) = (Arc::default(), Arc::default(), Arc::default());
        Self { inner, now: Arc::new(now), committed, turn }
    }

    /// How many events each aggregate has told of, by organisation and name.
    #[must_use]
    pub fn sequences(&self) -> BTreeMap<(OrgId, String), u64> {
        let inner = self.inner();
        inner.aggregates.iter().map(|(of, stored)| (of.clone(), stored.sequence)).collect()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // What changes is checked before it is changed, so a panic elsewhere leaves it whole.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, org: OrgId, aggregate: &str) -> Result<Option<Stored>, StoreError> {
        check::names([aggregate])?;
        Ok(self.inner().load(org, aggregate))
    }

    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        let publishes = !commit.outbox.is_empty();
        self.inner().commit(commit, (self.now)())?;
        if publishes {
            self.committed.notify_one();
        }
        Ok(())
    }

    async fn answered(&self, org: OrgId, command: &str) -> Result<Option<Value>, StoreError> {
        check::names([command])?;
        Ok(self.inner().answered(org, command))
    }

    async fn forget_commands(&self, older_than: Duration, limit: usize) -> Result<usize, StoreError> {
        let now = (self.now)();
        Ok(self.inner().forget_commands(now, older_than, limit))
    }

    async fn handled(
        &self,
        org: OrgId,
        consumer: &str,
        topic: &Topic,
        aggregate: &str,
    ) -> Result<u64, StoreError> {
        check::names([consumer, topic.as_str(), aggregate])?;
        Ok(self.inner().handled(org, consumer, topic, aggregate))
    }

    async fn mark(
        &self,
        org: OrgId,
        consumer: &str,
        topic: &Topic,
        aggregate: &str,
        sequence: u64,
    ) -> Result<(), StoreError> {
        check::names([consumer, topic.as_str(), aggregate])?;
        check::number(sequence)?;
        self.inner().mark(org, consumer, topic, aggregate, sequence);
        Ok(())
    }

    async fn outbox_without(
        &self,
        left_out: &LeftOut,
        limit: usize,
    ) -> Result<Vec<(i64, Outgoing)>, StoreError> {
        Ok(self.inner().outbox_without(left_out, limit))
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        Ok(self.inner().backlog((self.now)()))
    }

    async fn published(&self, rows: &[i64]) -> Result<(), StoreError> {
        self.inner().published(rows);
        Ok(())
    }

    async fn outbox_wake(&self) {
        self.committed.notified().await;
    }

    async fn publisher(&self) -> Result<Box<dyn Publisher>, StoreError> {
        Ok(Box::new(Turn(Arc::clone(&self.turn).lock_owned().await)))
    }

    async fn park(&self, letter: NewDeadLetter) -> Result<i64, StoreError> {
        self.inner().park(letter, (self.now)())
    }

    async fn is_parked(&self, consumer: &str, topic: &Topic, key: &str) -> Result<bool, StoreError> {
        check::names([consumer, topic.as_str()])?;
        Ok(self.inner().is_parked(consumer, topic, key))
    }

    async fn waiting(
        &self,
        consumer: &str,
        topic: &Topic,
        key: &str,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        check::names([consumer, topic.as_str()])?;
        Ok(self.inner().waiting(consumer, topic, key, limit))
    }

    async fn dead_letters(
        &self,
        state: Option<DeadLetterState>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        Ok(self.inner().dead_letters(state, after, limit))
    }

    async fn dead_letters_since(
        &self,
        state: DeadLetterState,
        after: Option<(OffsetDateTime, i64)>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        Ok(self.inner().dead_letters_since(state, after, limit))
    }

    async fn dead_letter(&self, id: i64) -> Result<Option<DeadLetter>, StoreError> {
        Ok(self.inner().dead_letter(id))
    }

    async fn set_dead_letter(&self, id: i64, state: DeadLetterState) -> Result<(), StoreError> {
        self.inner().set_dead_letter(id, state);
        Ok(())
    }
}

struct Turn(#[expect(dead_code, reason = "held until it is dropped")] OwnedMutexGuard<()>);

#[async_trait]
impl Publisher for Turn {
    async fn holds(&mut self) -> bool {
        true
    }
}
