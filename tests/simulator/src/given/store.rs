//! A service's store, as a process reaches it.

use std::time::Duration;

use async_trait::async_trait;
use events::{Service, Topic};
use ids::OrgId;
use serde_json::Value;
use store::{
    Backlog, Commit, DeadLetter, DeadLetterState, Handled, LeftOut, MemoryStore, NewDeadLetter, Outgoing,
    Publisher, Store, StoreError, Stored,
};
use time::OffsetDateTime;

use crate::mutation::Mutation;
use crate::process::{Fate, NOBODY, Process};

/// A service's store, as a process reaches it.
pub(crate) struct GivenStore {
    pub(crate) store: MemoryStore,
    pub(crate) process: Process,
}

fn away(why: String) -> StoreError {
    StoreError::Unavailable(why)
}

impl GivenStore {
    async fn overwrite(&self, mut commit: Commit) -> Result<(), StoreError> {
        loop {
            match self.store.commit(commit.clone()).await {
                Err(StoreError::Conflict { .. }) => {
                    let stored = self.store.load(commit.org, &commit.aggregate).await?;
                    let version = stored.map_or(0, |stored| stored.version);
                    if version == commit.expected_version {
                        return Ok(());
                    }
                    commit.expected_version = version;
                }
                outcome => return outcome,
            }
        }
    }

    /// The mark without what follows from the event: as if they were not one transaction.
    async fn forget(&self, org: OrgId, event: Handled) -> Result<(), StoreError> {
        let Handled { consumer, topic, aggregate, sequence } = event;
        self.store.mark(org, &consumer, &topic, &aggregate, sequence).await
    }

    #[expect(clippy::panic, reason = "it is the deliberate fault")]
    fn panic_now_and_then(&self) {
        if self.process.lot().hits(500) {
            panic!("a deliberate fault");
        }
    }

    /// The state without its events: as if they were not one transaction.
    async fn tear(&self, commit: Commit) -> Result<(), StoreError> {
        self.store.commit(Commit { outbox: Vec::new(), ..commit }).await
    }
}

#[async_trait]
impl Store for GivenStore {
    async fn load(&self, org: OrgId, aggregate: &str) -> Result<Option<Stored>, StoreError> {
        self.process.ask(away, self.store.load(org, aggregate)).await
    }

    async fn commit(&self, mut commit: Commit) -> Result<(), StoreError> {
        let process = &self.process;
        if process.has(Mutation::DedupeOff) {
            commit.handled = None;
        }
        if process.has(Mutation::ApprovalForgotten)
            && let Some(event) = commit.handled.take_if(|event| event.consumer == Service::Gitops.name())
        {
            return self.forget(commit.org, event).await;
        }
        let fate = process.fate();
        process.wait().await;
        match fate {
            Fate::CrashBefore => return process.end().await,
            Fate::Lost => return Err(away(NOBODY.to_owned())),
            Fate::Unheard | Fate::CrashAfter if process.has(Mutation::CommitTorn) => {
                let _ = self.tear(commit).await;
                return process.end().await;
            }
            Fate::Done | Fate::Unheard | Fate::CrashAfter => {}
        }
        let outcome = match process.has(Mutation::VersionUnchecked) {
            true => self.overwrite(commit).await,
            false => self.store.commit(commit).await,
        };
        match fate {
            Fate::CrashAfter => process.end().await,
            Fate::Unheard => Err(away(NOBODY.to_owned())),
            _ => outcome,
        }
    }

    async fn answered(&self, org: OrgId, command: &str) -> Result<Option<Value>, StoreError> {
        self.process.ask(away, self.store.answered(org, command)).await
    }

    async fn handled(
        &self,
        org: OrgId,
        consumer: &str,
        topic: &Topic,
        aggregate: &str,
    ) -> Result<u64, StoreError> {
        if self.process.has(Mutation::DedupeOff) {
            return Ok(0);
        }
        self.process.ask(away, self.store.handled(org, consumer, topic, aggregate)).await
    }

    async fn mark(
        &self,
        org: OrgId,
        consumer: &str,
        topic: &Topic,
        aggregate: &str,
        sequence: u64,
    ) -> Result<(), StoreError> {
        self.process.ask(away, self.store.mark(org, consumer, topic, aggregate, sequence)).await
    }

    async fn forget_commands(&self, older_than: Duration, limit: usize) -> Result<usize, StoreError> {
        self.process.ask(away, self.store.forget_commands(older_than, limit)).await
    }

    async fn outbox_without(
        &self,
        left_out: &LeftOut,
        limit: usize,
    ) -> Result<Vec<(i64, Outgoing)>, StoreError> {
        let mut rows = self.process.ask(away, self.store.outbox_without(left_out, limit)).await?;
        if !rows.is_empty() && self.process.has(Mutation::TaskPanics) {
            self.panic_now_and_then();
        }
        if self.process.has(Mutation::OutboxReversed) {
            rows.reverse();
        }
        if self.process.has(Mutation::OutboxForgotten) {
            let numbers: Vec<i64> = rows.iter().map(|(number, _)| *number).collect();
            self.store.published(&numbers).await?;
        }
        Ok(rows)
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.store.backlog().await
    }

    async fn published(&self, rows: &[i64]) -> Result<(), StoreError> {
        self.process.ask(away, self.store.published(rows)).await
    }

    async fn outbox_wake(&self) {
        self.store.outbox_wake().await;
    }

    async fn publisher(&self) -> Result<Box<dyn Publisher>, StoreError> {
        self.store.publisher().await
    }

    async fn park(&self, letter: NewDeadLetter) -> Result<i64, StoreError> {
        self.process.ask(away, self.store.park(letter)).await
    }

    async fn is_parked(&self, consumer: &str, topic: &Topic, key: &str) -> Result<bool, StoreError> {
        self.process.ask(away, self.store.is_parked(consumer, topic, key)).await
    }

    async fn waiting(
        &self,
        consumer: &str,
        topic: &Topic,
        key: &str,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        self.process.ask(away, self.store.waiting(consumer, topic, key, limit)).await
    }

    async fn dead_letters(
        &self,
        state: Option<DeadLetterState>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        // It is asked for each second: a fate for each of those would be most of what a history is.
        self.store.dead_letters(state, after, limit).await
    }

    async fn dead_letters_since(
        &self,
        state: DeadLetterState,
        after: Option<(OffsetDateTime, i64)>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        self.process.ask(away, self.store.dead_letters_since(state, after, limit)).await
    }

    async fn dead_letter(&self, id: i64) -> Result<Option<DeadLetter>, StoreError> {
        self.process.ask(away, self.store.dead_letter(id)).await
    }

    async fn set_dead_letter(&self, id: i64, state: DeadLetterState) -> Result<(), StoreError> {
        self.process.ask(away, self.store.set_dead_letter(id, state)).await
    }
}
