//! Events that wait.

use event_log::{PartitionId, Position};
use events::Topic;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row as _};
use time::OffsetDateTime;

use super::record;
use super::state::natural;
use crate::check;
use crate::dead_letter::{DeadLetter, DeadLetterState, NewDeadLetter};
use crate::error::StoreError;

pub(super) async fn park(pool: &PgPool, letter: &NewDeadLetter) -> Result<i64, StoreError> {
    let partition = &letter.position.partition;
    check::names([letter.consumer.as_str(), partition.topic.as_str(), letter.code.as_str()])?;
    let query = sqlx::query(
        "INSERT INTO dead_letters AS letter (consumer, topic, partition, log_offset, attempts, code, message, state,
                                             key, header_names, header_values, value)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'parked', $8, $9, $10, $11)
         ON CONFLICT (consumer, topic, partition, log_offset) DO UPDATE
         SET attempts = excluded.attempts, code = excluded.code, message = excluded.message, state = 'parked'
         WHERE letter.state = 'retrying' AND letter.attempts < excluded.attempts
         RETURNING id",
    )
    .bind(&letter.consumer)
    .bind(partition.topic.as_str())
    .bind(i64::from(partition.partition))
    .bind(check::number(letter.position.offset)?)
    .bind(i64::from(letter.attempts))
    .bind(&letter.code)
    .bind(check::sentence(&letter.message));
    match record::bind(query, &letter.record).fetch_optional(pool).await? {
        Some(row) => Ok(row.try_get("id")?),
        None => parked_before(pool, letter).await,
    }
}

async fn parked_before(pool: &PgPool, letter: &NewDeadLetter) -> Result<i64, StoreError> {
    let partition = &letter.position.partition;
    let id = sqlx::query_scalar(
        "SELECT id FROM dead_letters WHERE consumer = $1 AND topic = $2 AND partition = $3 AND log_offset = $4",
    )
    .bind(&letter.consumer)
    .bind(partition.topic.as_str())
    .bind(i64::from(partition.partition))
    .bind(check::number(letter.position.offset)?)
    .fetch_one(pool)
    .await?;
    Ok(id)
}

pub(super) async fn is_parked(
    pool: &PgPool,
    consumer: &str,
    topic: &Topic,
    key: &str,
) -> Result<bool, StoreError> {
    check::names([consumer, topic.as_str()])?;
    let waits = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM dead_letters WHERE consumer = $1 AND topic = $2 AND key = $3
                        AND state IN ('parked', 'retrying'))",
    )
    .bind(consumer)
    .bind(topic.as_str())
    .bind(key.as_bytes())
    .fetch_one(pool)
    .await?;
    Ok(waits)
}

pub(super) async fn waiting(
    pool: &PgPool,
    consumer: &str,
    topic: &Topic,
    key: &str,
    limit: usize,
) -> Result<Vec<DeadLetter>, StoreError> {
    check::names([consumer, topic.as_str()])?;
    let rows = sqlx::query(
        "SELECT * FROM dead_letters WHERE consumer = $1 AND topic = $2 AND key = $3
         AND state IN ('parked', 'retrying') ORDER BY log_offset LIMIT $4",
    )
    .bind(consumer)
    .bind(topic.as_str())
    .bind(key.as_bytes())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await?;
    rows.iter().map(read).collect()
}

pub(super) async fn list(
    pool: &PgPool,
    state: Option<DeadLetterState>,
    after: i64,
    limit: usize,
) -> Result<Vec<DeadLetter>, StoreError> {
    let mut query = listed();
    if let Some(state) = state {
        of(&mut query, state).push(" AND ");
    }
    query.push("id > ").push_bind(after).push(" ORDER BY id LIMIT ");
    let rows = query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX)).build().fetch_all(pool).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn list_since(
    pool: &PgPool,
    state: DeadLetterState,
    after: Option<(OffsetDateTime, i64)>,
    limit: usize,
) -> Result<Vec<DeadLetter>, StoreError> {
    let mut query = listed();
    of(&mut query, state);
    if let Some((time, id)) = after {
        query.push(" AND (parked_at, id) > (").push_bind(time).push(", ").push_bind(id).push(")");
    }
    query.push(" ORDER BY parked_at, id LIMIT ");
    let rows = query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX)).build().fetch_all(pool).await?;
    rows.iter().map(read).collect()
}

/// The state is in the text, so that a plan is made for it: almost all letters are in some states, and almost none in others.
fn of(query: &mut QueryBuilder<Postgres>, state: DeadLetterState) -> &mut QueryBuilder<Postgres> {
    query.push("state = '").push(name(state)).push("'")
}

/// Values may be large, and are for who looks at one letter.
fn listed() -> QueryBuilder<Postgres> {
    QueryBuilder::new(
        "SELECT id, consumer, topic, partition, log_offset, key, header_names, header_values, ''::bytea AS value,
             attempts, code, message, parked_at, state
         FROM dead_letters WHERE ",
    )
}

pub(super) async fn get(pool: &PgPool, id: i64) -> Result<Option<DeadLetter>, StoreError> {
    let row = sqlx::query("SELECT * FROM dead_letters WHERE id = $1").bind(id).fetch_optional(pool).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn set(pool: &PgPool, id: i64, state: DeadLetterState) -> Result<(), StoreError> {
    sqlx::query("UPDATE dead_letters SET state = $2 WHERE id = $1")
        .bind(id)
        .bind(name(state))
        .execute(pool)
        .await?;
    Ok(())
}

fn read(row: &PgRow) -> Result<DeadLetter, StoreError> {
    let topic = Topic::new(row.try_get::<String, _>("topic")?);
    let partition = small(row.try_get("partition")?)?;
    let offset = natural(row.try_get("log_offset")?)?;
    let letter = NewDeadLetter {
        consumer: row.try_get("consumer")?,
        position: Position { partition: PartitionId { topic, partition }, offset },
        record: record::read(row)?,
        attempts: small(row.try_get("attempts")?)?,
        code: row.try_get("code")?,
        message: row.try_get("message")?,
    };
    let state = named(row.try_get("state")?)?;
    Ok(DeadLetter { id: row.try_get("id")?, letter, parked_at: row.try_get("parked_at")?, state })
}

fn small(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Damaged(format!("{number} is no number of 32 bits")))
}

fn name(state: DeadLetterState) -> &'static str {
    match state {
        DeadLetterState::Parked => "parked",
        DeadLetterState::Retrying => "retrying",
        DeadLetterState::Handled => "handled",
        DeadLetterState::Discarded => "discarded",
    }
}

fn named(text: &str) -> Result<DeadLetterState, StoreError> {
    match text {
        "parked" => Ok(DeadLetterState::Parked),
        "retrying" => Ok(DeadLetterState::Retrying),
        "handled" => Ok(DeadLetterState::Handled),
        "discarded" => Ok(DeadLetterState::Discarded),
        other => Err(StoreError::Damaged(format!("a dead letter is {other:?}"))),
    }
}
