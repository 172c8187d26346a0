//! The state of aggregates.

use ids::OrgId;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};

use crate::check;
use crate::commit::{Commit, Stored};
use crate::error::StoreError;

/// The state, unless it is at the version that is known.
pub(super) async fn load(
    pool: &PgPool,
    org: OrgId,
    aggregate: &str,
    known: Option<u64>,
) -> Result<Option<Stored>, StoreError> {
    check::names([aggregate])?;
    let row: Option<(i64, i64, String)> = sqlx::query_as(
        "SELECT version, sequence, state::text FROM aggregates
         WHERE org = $1 AND aggregate = $2 AND version IS DISTINCT FROM $3",
    )
    .bind(org.uuid())
    .bind(aggregate)
    .bind(known.map(check::number).transpose()?)
    .fetch_optional(pool)
    .await?;
    row.map(|(version, sequence, state)| {
        Ok(Stored { version: natural(version)?, sequence: natural(sequence)?, state: json(&state)? })
    })
    .transpose()
}

/// Puts the new state in the place of the version that was expected, and holds the row until the transaction ends.
pub(super) async fn replace(connection: &mut PgConnection, commit: &Commit) -> Result<(), StoreError> {
    let statement = if commit.expected_version == 0 {
        "INSERT INTO aggregates (org, aggregate, version, sequence, state) VALUES ($1, $2, $3 + 1, $4, $5::json)
         ON CONFLICT DO NOTHING"
    } else {
        "UPDATE aggregates SET version = $3 + 1, sequence = $4, state = $5::json, updated_at = now()
         WHERE org = $1 AND aggregate = $2 AND version = $3"
    };
    let done = sqlx::query(statement)
        .bind(commit.org.uuid())
        .bind(&commit.aggregate)
        .bind(check::number(commit.expected_version)?)
        .bind(check::number(commit.sequence)?)
        .bind(commit.state.to_string())
        .execute(connection)
        .await?;
    if done.rows_affected() == 0 { Err(conflict(commit)) } else { Ok(()) }
}

pub(super) fn conflict(commit: &Commit) -> StoreError {
    StoreError::Conflict { aggregate: commit.aggregate.clone(), expected: commit.expected_version }
}

pub(super) fn natural(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Damaged(format!("{number} is below 0")))
}

pub(super) fn json(text: &str) -> Result<Value, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(error.to_string()))
}
