//! A service's store in its schema of Postgres.

mod blobs;
mod commands;
mod commit;
mod dead_letters;
mod error;
mod handled;
mod outbox;
mod publisher;
mod record;
mod state;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use events::Topic;
use ids::OrgId;
use serde_json::Value;
use time::OffsetDateTime;
use tokio::sync::Notify;

pub use blobs::PostgresBlobs;

use crate::commit::{Backlog, Commit, Outgoing, Stored};
use crate::database::Database;
use crate::dead_letter::{DeadLetter, DeadLetterState, NewDeadLetter};
use crate::error::StoreError;
use crate::left_out::LeftOut;
use crate::migrate::Migration;
use crate::traits::{Publisher, Store};

const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, name: "store", sql: include_str!("../../../migrations/store/0001_store.sql") }];

/// How long a commit of another process may go unseen, unless told otherwise.
const POLL: Duration = Duration::from_millis(250);

/// A service's store in its schema of Postgres. Clones are one store.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    database: Database,
    committed: Arc<Notify>,
    poll: Duration,
}

impl PostgresStore {
    /// The store in this schema, brought to what this release needs.
    ///
    /// # Errors
    /// The database cannot be reached, or is a newer release's ([`StoreError::Newer`]).
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        database.migrate("store", MIGRATIONS).await?;
        Ok(Self { database: database.clone(), committed: Arc::new(Notify::new()), poll: POLL })
    }

    /// Looks for the commits of other processes this often, instead of four times a second.
    #[must_use]
    pub fn with_poll(mut self, poll: Duration) -> Self {
        self.poll = poll;
        self
    }

    /// The schema that it is in.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn load(&self, org: OrgId, aggregate: &str) -> Result<Option<Stored>, StoreError> {
        self.database.in_time(state::load(self.database.pool(), org, aggregate, None)).await?
    }

    async fn load_newer(
        &self,
        org: OrgId,
        aggregate: &str,
        known: u64,
    ) -> Result<Option<Stored>, StoreError> {
        self.database.in_time(state::load(self.database.pool(), org, aggregate, Some(known))).await?
    }

    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.database.in_time(commit::commit(&self.database, &commit)).await??;
        if !commit.outbox.is_empty() {
            self.committed.notify_one();
        }
        Ok(())
    }

    async fn answered(&self, org: OrgId, command: &str) -> Result<Option<Value>, StoreError> {
        self.database.in_time(commands::answered(self.database.pool(), org, command)).await?
    }

    async fn forget_commands(&self, older_than: Duration, limit: usize) -> Result<usize, StoreError> {
        self.database.in_time(commands::forget(self.database.pool(), older_than, limit)).await?
    }

    async fn handled(
        &self,
        org: OrgId,
        consumer: &str,
        topic: &Topic,
        aggregate: &str,
    ) -> Result<u64, StoreError> {
        self.database.in_time(handled::handled(self.database.pool(), org, consumer, topic, aggregate)).await?
    }

    async fn mark(
        &self,
        org: OrgId,
        consumer: &str,
        topic: &Topic,
        aggregate: &str,
        sequence: u64,
    ) -> Result<(), StoreError> {
        let mark = handled::Mark { org, consumer, topic, aggregate, sequence };
        self.database.in_time(handled::raise(self.database.pool(), &mark)).await??;
        Ok(())
    }

    async fn outbox_without(
        &self,
        left_out: &LeftOut,
        limit: usize,
    ) -> Result<Vec<(i64, Outgoing)>, StoreError> {
        self.database.in_time(outbox::oldest(self.database.pool(), left_out, limit)).await?
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.database.in_time(outbox::backlog(self.database.pool())).await?
    }

    async fn published(&self, rows: &[i64]) -> Result<(), StoreError> {
        self.database.in_time(outbox::delete(self.database.pool(), rows)).await?
    }

    async fn outbox_wake(&self) {
        // When it ends without a commit of this process, there may be another process'.
        let _ = tokio::time::timeout(self.poll, self.committed.notified()).await;
    }

    async fn publisher(&self) -> Result<Box<dyn Publisher>, StoreError> {
        publisher::wait(&self.database).await
    }

    async fn park(&self, letter: NewDeadLetter) -> Result<i64, StoreError> {
        self.database.in_time(dead_letters::park(self.database.pool(), &letter)).await?
    }

    async fn is_parked(&self, consumer: &str, topic: &Topic, key: &str) -> Result<bool, StoreError> {
        self.database.in_time(dead_letters::is_parked(self.database.pool(), consumer, topic, key)).await?
    }

    async fn waiting(
        &self,
        consumer: &str,
        topic: &Topic,
        key: &str,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        self.database
            .in_time(dead_letters::waiting(self.database.pool(), consumer, topic, key, limit))
            .await?
    }

    async fn dead_letters(
        &self,
        state: Option<DeadLetterState>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        self.database.in_time(dead_letters::list(self.database.pool(), state, after, limit)).await?
    }

    async fn dead_letters_since(
        &self,
        state: DeadLetterState,
        after: Option<(OffsetDateTime, i64)>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        self.database.in_time(dead_letters::list_since(self.database.pool(), state, after, limit)).await?
    }

    async fn dead_letter(&self, id: i64) -> Result<Option<DeadLetter>, StoreError> {
        self.database.in_time(dead_letters::get(self.database.pool(), id)).await?
    }

    async fn set_dead_letter(&self, id: i64, state: DeadLetterState) -> Result<(), StoreError> {
        self.database.in_time(dead_letters::set(self.database.pool(), id, state)).await?
    }
}
