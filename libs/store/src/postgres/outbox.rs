//! What is to be published.
//!
//! Numbers are drawn inside transactions, which end in another order: a row may appear below rows that were read
//! before. So nobody remembers how far the outbox was read. What is published is deleted, and the oldest rows are
//! read again. One aggregate's rows cannot appear so: its next commit waits for the one before (see
//! `commit.rs`), and draws its numbers after.

use std::time::Duration;

use events::Topic;
use sqlx::{PgConnection, PgPool, Row as _};

use super::record;
use super::state::natural;
use crate::commit::{Backlog, Outgoing};
use crate::error::StoreError;

/// What is read at once ends with the row that exceeds this many bytes.
const READ: i64 = 4 << 20;

pub(super) async fn insert(connection: &mut PgConnection, row: &Outgoing) -> Result<(), StoreError> {
    let query = sqlx::query(
        "INSERT INTO outbox (topic, key, header_names, header_values, value) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(row.topic.as_str());
    record::bind(query, &row.record).execute(connection).await?;
    Ok(())
}

pub(super) async fn oldest(pool: &PgPool, limit: usize) -> Result<Vec<(i64, Outgoing)>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, topic, key, header_names, header_values, value
         FROM (SELECT *, sum(octet_length(value)) OVER (ORDER BY id) - octet_length(value) AS before
               FROM (SELECT * FROM outbox ORDER BY id LIMIT $1) AS oldest) AS sized
         WHERE before < $2 ORDER BY id",
    )
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .bind(READ)
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            let topic = Topic::new(row.try_get::<String, _>("topic")?);
            Ok((row.try_get("id")?, Outgoing { topic, record: record::read(row)? }))
        })
        .collect()
}

/// Without waiting for the disk: a deletion that is lost in a crash only publishes again.
pub(super) async fn delete(pool: &PgPool, rows: &[i64]) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM outbox USING (SELECT set_config('synchronous_commit', 'off', true)) AS soon
         WHERE id = ANY($1)",
    )
    .bind(rows)
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn backlog(pool: &PgPool) -> Result<Backlog, StoreError> {
    let (rows, oldest): (i64, Option<f64>) = sqlx::query_as(
        "SELECT count(*), extract(epoch FROM clock_timestamp() - min(created_at))::float8 FROM outbox",
    )
    .fetch_one(pool)
    .await?;
    // A clock that was set back makes no age.
    let oldest = oldest.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default());
    Ok(Backlog { rows: natural(rows)?, oldest })
}
