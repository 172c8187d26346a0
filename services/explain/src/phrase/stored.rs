//! The ledger's tables.

use async_trait::async_trait;
use ids::{BlobHash, OrgId};
use sqlx::{PgConnection, Row as _};
use store::{Database, Migration, StoreError};
use time::{Date, Duration};

use crate::phrase::ledger::{Budget, KEPT_DAYS, Ledger, Spent};

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "explain",
    sql: include_str!("../../../../migrations/explain/0001_explain.sql"),
}];

/// A ledger in the service's own schema.
#[derive(Debug, Clone)]
pub struct StoredLedger {
    database: Database,
}

impl StoredLedger {
    /// Opens it, and makes what is missing.
    ///
    /// # Errors
    /// The database cannot be reached, or a newer release was here.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        database.migrate("explain", MIGRATIONS).await?;
        Ok(Self { database: database.clone() })
    }
}

impl StoredLedger {
    async fn reserved(
        &self,
        org: OrgId,
        day: Date,
        more: Spent,
        budget: Budget,
    ) -> Result<bool, sqlx::Error> {
        let mut transaction = self.database.begin().await?;
        // Two that ask at once are told one after the other.
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('plimsoll spending ' || $1, 0))")
            .bind(org.to_string())
            .execute(&mut *transaction)
            .await?;
        let month = day.replace_day(1).unwrap_or(day);
        let today = spent(&mut transaction, org, day, day).await?;
        let this_month = spent(&mut transaction, org, month, day).await?;
        if !budget.has_room(today, this_month, more) {
            return Ok(false);
        }
        add(&mut transaction, org, day, (signed(more.tokens), more.micros)).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn settled(&self, org: OrgId, day: Date, more: (i64, i64)) -> Result<(), sqlx::Error> {
        let mut connection = self.database.pool().acquire().await?;
        add(&mut connection, org, day, more).await
    }

    async fn kept(&self, org: OrgId, request: BlobHash, answer: &str, day: Date) -> Result<(), sqlx::Error> {
        // Postgres keeps no zero character in a text, and no answer with one is let through.
        sqlx::query(
            "INSERT INTO answer (org, request, answer, day) VALUES ($1, $2, $3, $4)
             ON CONFLICT (org, request) DO UPDATE SET answer = excluded.answer, day = excluded.day",
        )
        .bind(org.uuid())
        .bind(&request.as_bytes()[..])
        .bind(answer)
        .bind(day)
        .execute(self.database.pool())
        .await?;
        sqlx::query("DELETE FROM answer WHERE org = $1 AND day < $2")
            .bind(org.uuid())
            .bind(day.saturating_sub(Duration::days(KEPT_DAYS)))
            .execute(self.database.pool())
            .await?;
        Ok(())
    }
}

#[async_trait]
impl Ledger for StoredLedger {
    async fn reserve(&self, org: OrgId, day: Date, more: Spent, budget: Budget) -> Result<bool, StoreError> {
        Ok(self.database.in_time(self.reserved(org, day, more, budget)).await??)
    }

    async fn settle(&self, org: OrgId, day: Date, reserved: Spent, used: Spent) -> Result<(), StoreError> {
        let tokens = signed(used.tokens).saturating_sub(signed(reserved.tokens));
        let more = (tokens, used.micros.saturating_sub(reserved.micros));
        Ok(self.database.in_time(self.settled(org, day, more)).await??)
    }

    async fn answer(&self, org: OrgId, request: BlobHash) -> Result<Option<String>, StoreError> {
        let asked = sqlx::query_scalar("SELECT answer FROM answer WHERE org = $1 AND request = $2")
            .bind(org.uuid())
            .bind(&request.as_bytes()[..])
            .fetch_optional(self.database.pool());
        Ok(self.database.in_time(asked).await??)
    }

    async fn keep(&self, org: OrgId, request: BlobHash, answer: &str, day: Date) -> Result<(), StoreError> {
        Ok(self.database.in_time(self.kept(org, request, answer, day)).await??)
    }
}

async fn spent(
    connection: &mut PgConnection,
    org: OrgId,
    first: Date,
    last: Date,
) -> Result<Spent, sqlx::Error> {
    let row = sqlx::query(
        "SELECT coalesce(sum(tokens), 0)::bigint AS tokens, coalesce(sum(micros), 0)::bigint AS micros
         FROM spending WHERE org = $1 AND day BETWEEN $2 AND $3",
    )
    .bind(org.uuid())
    .bind(first)
    .bind(last)
    .fetch_one(connection)
    .await?;
    let tokens: i64 = row.try_get("tokens")?;
    Ok(Spent { tokens: u64::try_from(tokens).unwrap_or(0), micros: row.try_get("micros")? })
}

async fn add(
    connection: &mut PgConnection,
    org: OrgId,
    day: Date,
    (tokens, micros): (i64, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO spending AS s (org, day, tokens, micros) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org, day) DO UPDATE SET tokens = s.tokens + excluded.tokens, micros = s.micros + excluded.micros",
    )
    .bind(org.uuid())
    .bind(day)
    .bind(tokens)
    .bind(micros)
    .execute(connection)
    .await
    .map(drop)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
