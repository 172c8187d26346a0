//! What organisations have spent on a model, and what it has answered them.

use async_trait::async_trait;
use ids::{BlobHash, OrgId};
use store::StoreError;
use time::Date;

/// What was used of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Tokens, sent and answered.
    pub tokens: u64,
    /// What they cost, in micro-units.
    pub micros: i64,
}

/// What an organisation may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Tokens in a day (UTC).
    pub tokens_per_day: u64,
    /// Micro-units in a calendar month (UTC); none: no limit.
    pub micros_per_month: Option<i64>,
}

impl Budget {
    /// Whether this much more is within it.
    pub(crate) fn has_room(self, today: Spent, this_month: Spent, more: Spent) -> bool {
        let tokens = today.tokens.saturating_add(more.tokens);
        let micros = this_month.micros.saturating_add(more.micros);
        tokens <= self.tokens_per_day && self.micros_per_month.is_none_or(|most| micros <= most)
    }
}

/// How long an answer is kept.
pub(crate) const KEPT_DAYS: i64 = 30;

/// What organisations have spent, and what was answered. One organisation sees nothing of another.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Notes that this much is about to be used on this day, if the budget has room for it; whether it has.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn reserve(&self, org: OrgId, day: Date, more: Spent, budget: Budget) -> Result<bool, StoreError>;

    /// Notes what was used of what was reserved.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn settle(&self, org: OrgId, day: Date, reserved: Spent, used: Spent) -> Result<(), StoreError>;

    /// What was answered to the request of this name.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn answer(&self, org: OrgId, request: BlobHash) -> Result<Option<String>, StoreError>;

    /// Keeps an answer, and forgets old ones.
    ///
    /// # Errors
    /// The store cannot be reached.
    async fn keep(&self, org: OrgId, request: BlobHash, answer: &str, day: Date) -> Result<(), StoreError>;
}
