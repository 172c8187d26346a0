//! The tables of the projections: writing.

use std::time::Duration;

use async_trait::async_trait;
use events::{Event, Message};
use serde_json::Value;
use service::Failure;
use sqlx::{PgConnection, PgPool};
use store::{Database, Migration, StoreError};

use crate::projection::{Fold, apply};

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "gateway",
        sql: include_str!("../../../../migrations/gateway/0001_gateway.sql"),
    },
    Migration {
        version: 2,
        name: "superseded",
        sql: include_str!("../../../../migrations/gateway/0002_superseded.sql"),
    },
    Migration {
        version: 3,
        name: "waivers",
        sql: include_str!("../../../../migrations/gateway/0003_waivers.sql"),
    },
    Migration {
        version: 4,
        name: "phrased",
        sql: include_str!("../../../../migrations/gateway/0004_phrased.sql"),
    },
];

/// The tables that the API answers from.
#[derive(Clone)]
pub struct Projections {
    pub(crate) pool: PgPool,
}

impl Projections {
    /// Opens them, and makes what is missing.
    ///
    /// # Errors
    /// The database cannot be reached, or a newer release was here.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        database.migrate("gateway", MIGRATIONS).await?;
        Ok(Self { pool: database.pool().clone() })
    }

    async fn fold(&self, message: &Message) -> Result<(), sqlx::Error> {
        let mut transaction = store::begin(&self.pool).await?;
        if is_new(&mut transaction, message).await? {
            log(&mut transaction, message).await?;
            apply::apply(&mut transaction, message).await?;
        }
        transaction.commit().await
    }

    /// Whether the tables can be read now.
    pub(crate) async fn is_there(&self) -> bool {
        let asked = sqlx::query("SELECT 1").execute(&self.pool);
        tokio::time::timeout(Duration::from_secs(1), asked).await.is_ok_and(|answer| answer.is_ok())
    }
}

#[async_trait]
impl Fold for Projections {
    async fn apply(&self, message: &Message) -> Result<(), Failure> {
        self.fold(message).await.map_err(|error| Failure::from(StoreError::from(error)))
    }
}

/// Marks the event as seen; whether it was not.
async fn is_new(connection: &mut PgConnection, message: &Message) -> Result<bool, sqlx::Error> {
    let envelope = &message.envelope;
    let marked = sqlx::query(
        "INSERT INTO seen (org, topic, aggregate, sequence) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org, topic, aggregate) DO UPDATE SET sequence = excluded.sequence
         WHERE seen.sequence < excluded.sequence",
    )
    .bind(envelope.org.uuid())
    .bind(envelope.source.topic().as_str())
    .bind(&envelope.subject)
    .bind(sequence(message))
    .execute(connection)
    .await?;
    Ok(marked.rows_affected() == 1)
}

async fn log(connection: &mut PgConnection, message: &Message) -> Result<(), sqlx::Error> {
    let envelope = &message.envelope;
    let data = shown(&message.event).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(
        "INSERT INTO audit_log (org, id, service, subject, sequence, event_type, time, actor, correlation, data)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (org, id) DO NOTHING",
    )
    .bind(envelope.org.uuid())
    .bind(envelope.id.uuid())
    .bind(envelope.source.name())
    .bind(&envelope.subject)
    .bind(sequence(message))
    .bind(message.event.event_type())
    .bind(envelope.time)
    .bind(message.actor())
    .bind(envelope.correlation)
    .bind(data)
    .execute(connection)
    .await?;
    Ok(())
}

/// The event as JSON. Postgres keeps no zero character in it, which somebody may have sent.
fn shown(event: &Event) -> Result<Value, serde_json::Error> {
    fn without_zeros(value: &mut Value) {
        match value {
            Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
            Value::Array(items) => items.iter_mut().for_each(without_zeros),
            Value::Object(fields) => fields.values_mut().for_each(without_zeros),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(event)?;
    without_zeros(&mut value);
    Ok(value)
}

fn sequence(message: &Message) -> i64 {
    i64::try_from(message.envelope.sequence).unwrap_or(i64::MAX)
}
