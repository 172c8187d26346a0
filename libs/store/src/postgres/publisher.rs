//! Who publishes: the one session that holds the lock.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{Connection, PgConnection};

use crate::database::Database;
use crate::error::StoreError;
use crate::traits::Publisher;

/// Who waits asks this often. Waiting inside Postgres would hold a snapshot, and keep the outbox from being vacuumed.
const ASK: Duration = Duration::from_millis(250);

/// A connection that has not answered for this long is lost.
const PATIENCE: Duration = Duration::from_secs(5);

struct Lock(PgConnection);

#[async_trait]
impl Publisher for Lock {
    async fn holds(&mut self) -> bool {
        matches!(tokio::time::timeout(PATIENCE, self.0.ping()).await, Ok(Ok(())))
    }
}

/// Waits on a connection of its own, so that the lock ends with it and takes none from the pool.
pub(super) async fn wait(database: &Database) -> Result<Box<dyn Publisher>, StoreError> {
    let mut connection = database.connect().await?;
    while !database.in_time(try_lock(&mut connection, database.schema())).await?? {
        tokio::time::sleep(ASK).await;
    }
    Ok(Box::new(Lock(connection)))
}

async fn try_lock(connection: &mut PgConnection, schema: &str) -> Result<bool, StoreError> {
    let got =
        sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended('plimsoll outbox ' || $1, 0))")
            .bind(schema)
            .fetch_one(connection)
            .await?;
    Ok(got)
}
