//! What is to be published.
//!
//! Numbers are drawn inside transactions, which end in another order: a row may appear below rows that were read
//! before. So nobody remembers how far the outbox was read. What is published is deleted, and the oldest rows are
//! read again. One aggregate's rows cannot appear so: its next commit waits for the one before (see
//! `commit.rs`), and draws its numbers after.

use std::time::Duration;

use event_log::partition_of;
use events::Topic;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row as _};

use super::record;
use super::state::natural;
use crate::commit::{Backlog, Outgoing};
use crate::error::StoreError;
use crate::left_out::{LeftOut, OfTopic};

/// What is read at once ends with the row that exceeds this many bytes.
const READ: i64 = 4 << 20;

pub(super) async fn insert(connection: &mut PgConnection, row: &Outgoing) -> Result<(), StoreError> {
    let query = sqlx::query(
        "INSERT INTO outbox (topic, key, header_names, header_values, value, hash) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.topic.as_str());
    record::bind(query, &row.record).bind(hash(&row.record.key)).execute(connection).await?;
    Ok(())
}

/// Of a topic with `n` partitions the key's is this modulo `n`.
fn hash(key: &str) -> i32 {
    integer(partition_of(key.as_bytes(), 1 << 31))
}

/// Numbers of partitions have 31 bits.
fn integer(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) async fn oldest(
    pool: &PgPool,
    left_out: &LeftOut,
    limit: usize,
) -> Result<Vec<(i64, Outgoing)>, StoreError> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT id, topic, key, header_names, header_values, value
         FROM (SELECT *, sum(octet_length(value)) OVER (ORDER BY id) - octet_length(value) AS before
               FROM (SELECT * FROM outbox WHERE true",
    );
    without(&mut query, left_out);
    query.push(" ORDER BY id LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    query.push(") AS oldest) AS sized WHERE before < ").push_bind(READ).push(" ORDER BY id");
    let rows = query.build().fetch_all(pool).await?;
    rows.iter()
        .map(|row| {
            let topic = Topic::new(row.try_get::<String, _>("topic")?);
            Ok((row.try_get("id")?, Outgoing { topic, record: record::read(row)? }))
        })
        .collect()
}

/// Conditions on a row alone, so that rows are read in the order of the index whatever Postgres believes of the table.
fn without(query: &mut QueryBuilder<Postgres>, left_out: &LeftOut) {
    for (topic, OfTopic { partitions, keys }) in &left_out.topics {
        for (count, partitions) in partitions {
            let partitions: Vec<i32> = partitions.iter().copied().map(integer).collect();
            query.push(" AND NOT (topic = ").push_bind(topic.as_str());
            query.push(" AND hash % ").push_bind(integer((*count).max(1)));
            query.push(" = ANY(").push_bind(partitions).push("))");
        }
        if !keys.is_empty() {
            let keys: Vec<&[u8]> = keys.iter().map(String::as_bytes).collect();
            query.push(" AND NOT (topic = ").push_bind(topic.as_str());
            query.push(" AND key = ANY(").push_bind(keys).push("))");
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What the condition in the query says of a row is what the log does with it.
    #[test]
    fn the_hash_tells_the_partition_whatever_their_number() {
        for key in ["", "21", "foobar", "a-little-bit-long-string", "0192d3b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b"] {
            for count in [1, 2, 3, 7, 12, 1000] {
                assert_eq!(
                    hash(key) % integer(count),
                    integer(partition_of(key.as_bytes(), count)),
                    "{key} {count}"
                );
            }
        }
    }
}
