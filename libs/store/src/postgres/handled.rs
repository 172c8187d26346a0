//! How far a consumer has come with an aggregate's events.

use events::Topic;
use ids::OrgId;
use sqlx::{PgExecutor, PgPool};

use super::state::natural;
use crate::check;
use crate::commit::Handled;
use crate::error::StoreError;

pub(super) struct Mark<'a> {
    pub(super) org: OrgId,
    pub(super) consumer: &'a str,
    pub(super) topic: &'a Topic,
    pub(super) aggregate: &'a str,
    pub(super) sequence: u64,
}

impl<'a> Mark<'a> {
    pub(super) fn of(org: OrgId, event: &'a Handled) -> Self {
        let Handled { consumer, topic, aggregate, sequence } = event;
        Self { org, consumer, topic, aggregate, sequence: *sequence }
    }
}

/// Raises the mark; whether it was lower.
pub(super) async fn raise(executor: impl PgExecutor<'_>, mark: &Mark<'_>) -> Result<bool, StoreError> {
    check::names([mark.consumer, mark.topic.as_str(), mark.aggregate])?;
    let done = sqlx::query(
        "INSERT INTO handled (org, consumer, topic, aggregate, sequence) SELECT $1, $2, $3, $4, $5 WHERE $5 > 0
         ON CONFLICT (org, consumer, topic, aggregate) DO UPDATE SET sequence = excluded.sequence
         WHERE handled.sequence < excluded.sequence",
    )
    .bind(mark.org.uuid())
    .bind(mark.consumer)
    .bind(mark.topic.as_str())
    .bind(mark.aggregate)
    .bind(check::number(mark.sequence)?)
    .execute(executor)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn handled(
    pool: &PgPool,
    org: OrgId,
    consumer: &str,
    topic: &Topic,
    aggregate: &str,
) -> Result<u64, StoreError> {
    check::names([consumer, topic.as_str(), aggregate])?;
    let sequence: Option<i64> = sqlx::query_scalar(
        "SELECT sequence FROM handled WHERE org = $1 AND consumer = $2 AND topic = $3 AND aggregate = $4",
    )
    .bind(org.uuid())
    .bind(consumer)
    .bind(topic.as_str())
    .bind(aggregate)
    .fetch_optional(pool)
    .await?;
    natural(sequence.unwrap_or(0))
}
