//! What commands were answered.

use std::time::Duration;

use ids::OrgId;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};

use super::state::json;
use crate::check;
use crate::error::StoreError;

/// Keeps the answer; whether there was none.
pub(super) async fn answer(
    connection: &mut PgConnection,
    org: OrgId,
    name: &str,
    answer: &Value,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO commands (org, name, answer) VALUES ($1, $2, $3::json) ON CONFLICT DO NOTHING",
    )
    .bind(org.uuid())
    .bind(name)
    .bind(answer.to_string())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn answered(pool: &PgPool, org: OrgId, name: &str) -> Result<Option<Value>, StoreError> {
    check::names([name])?;
    let answer: Option<String> =
        sqlx::query_scalar("SELECT answer::text FROM commands WHERE org = $1 AND name = $2")
            .bind(org.uuid())
            .bind(name)
            .fetch_optional(pool)
            .await?;
    answer.as_deref().map(json).transpose()
}

pub(super) async fn forget(pool: &PgPool, older_than: Duration, limit: usize) -> Result<usize, StoreError> {
    let done = sqlx::query(
        "DELETE FROM commands WHERE (org, name) IN (
             SELECT org, name FROM commands WHERE created_at < now() - make_interval(secs => $1)
             ORDER BY created_at LIMIT $2)",
    )
    .bind(older_than.as_secs_f64())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .execute(pool)
    .await?;
    Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
}
