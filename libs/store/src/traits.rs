//! The contract.

use std::time::Duration;

use async_trait::async_trait;
use events::Topic;
use ids::OrgId;
use serde_json::Value;
use time::OffsetDateTime;

use crate::commit::{Backlog, Commit, Outgoing, Stored};
use crate::dead_letter::{DeadLetter, DeadLetterState, NewDeadLetter};
use crate::error::StoreError;
use crate::left_out::LeftOut;

/// What a service keeps. Each service has its own and sees no other's.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The state of an aggregate; none if there is none.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn load(&self, org: OrgId, aggregate: &str) -> Result<Option<Stored>, StoreError>;

    /// The state of an aggregate, if it is at another version than this one: who keeps what it has read asks so whether that
    /// still holds. A backup of the store is not put back under a process that runs: versions would be given a second time.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn load_newer(
        &self,
        org: OrgId,
        aggregate: &str,
        known: u64,
    ) -> Result<Option<Stored>, StoreError> {
        Ok(self.load(org, aggregate).await?.filter(|stored| stored.version != known))
    }

    /// Commits all of it or nothing; when it answers, it is durable. After [`StoreError::Unavailable`] it may have been
    /// committed or not: the mark, the command's name and the version tell when it is tried again.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if the event was handled before, [`StoreError::Conflict`] if somebody else committed
    /// first or the command was answered meanwhile (ask [`Store::answered`], then load again), or the store cannot be
    /// reached.
    async fn commit(&self, commit: Commit) -> Result<(), StoreError>;

    /// What a command of this name was answered; none if it was never committed.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn answered(&self, org: OrgId, command: &str) -> Result<Option<Value>, StoreError>;

    /// The sequence to which a consumer has handled an aggregate's events of a topic; 0 if none. Deciders mark
    /// it with their commit; other consumers by [`Store::mark`].
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn handled(
        &self,
        org: OrgId,
        consumer: &str,
        topic: &Topic,
        aggregate: &str,
    ) -> Result<u64, StoreError>;

    /// Marks an aggregate's events of a topic as handled to this sequence. It never goes back.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn mark(
        &self,
        org: OrgId,
        consumer: &str,
        topic: &Topic,
        aggregate: &str,
        sequence: u64,
    ) -> Result<(), StoreError>;

    /// Forgets the answers that are older than this, at most `limit`; how many it forgot. Called until it forgets
    /// fewer.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn forget_commands(&self, older_than: Duration, limit: usize) -> Result<usize, StoreError>;

    /// The oldest rows of the outbox that are not published, with their numbers: at most `limit`, fewer if they are
    /// large. The rows of one aggregate come in the order of its commits. A row that is committed late may come
    /// before one that was seen already; what is there to publish is what is there to read.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn outbox(&self, limit: usize) -> Result<Vec<(i64, Outgoing)>, StoreError> {
        self.outbox_without(&LeftOut::default(), limit).await
    }

    /// As [`Store::outbox`], without the rows that are left out: whoever publishes has them in hand, or cannot publish them now.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn outbox_without(
        &self,
        left_out: &LeftOut,
        limit: usize,
    ) -> Result<Vec<(i64, Outgoing)>, StoreError>;

    /// How much waits in the outbox, and for how long.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn backlog(&self) -> Result<Backlog, StoreError>;

    /// These rows of the outbox are published.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn published(&self, rows: &[i64]) -> Result<(), StoreError>;

    /// Waits until there may be something in the outbox: a commit of this process wakes it at once, another
    /// process' within the polling interval.
    async fn outbox_wake(&self);

    /// Makes the caller the one who publishes this store's outbox, until it is dropped; waits for its turn.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn publisher(&self) -> Result<Box<dyn Publisher>, StoreError>;

    /// Parks an event. Parking the event of the same consumer and position again changes nothing and gives its number,
    /// unless it is being retried and was tried more often since: then it is parked again with its new error.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn park(&self, letter: NewDeadLetter) -> Result<i64, StoreError>;

    /// Whether an earlier event of this key waits at this consumer, so that the next must wait behind it.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn is_parked(&self, consumer: &str, topic: &Topic, key: &str) -> Result<bool, StoreError>;

    /// The dead letters of this key that wait at this consumer (parked or retrying), in the order of their offsets: the
    /// first is the one that the others wait behind.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn waiting(
        &self,
        consumer: &str,
        topic: &Topic,
        key: &str,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError>;

    /// The dead letters in this state (all if none is given), by their numbers, which are above `after`. They come without their
    /// values, which may be large: [`Store::dead_letter`] has one whole.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn dead_letters(
        &self,
        state: Option<DeadLetterState>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError>;

    /// The dead letters in this state in the order in which they were parked, those of one moment by their numbers: the ones after this
    /// moment and number, as [`Store::dead_letters`] has them. What is before is not read.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn dead_letters_since(
        &self,
        state: DeadLetterState,
        after: Option<(OffsetDateTime, i64)>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError>;

    /// The dead letter of this number.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn dead_letter(&self, id: i64) -> Result<Option<DeadLetter>, StoreError>;

    /// What becomes of a dead letter. If there is none of this number, nothing.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn set_dead_letter(&self, id: i64, state: DeadLetterState) -> Result<(), StoreError>;
}

/// The right to publish a store's outbox, which is given back when this is dropped. Two who publish at a time do no
/// harm (each event comes first in its place, and again), only double work.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Whether the right is still there: with its connection it is lost.
    async fn holds(&mut self) -> bool;
}
