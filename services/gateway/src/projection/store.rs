//! The tables of the projections: writing.

use std::time::Duration;

use async_trait::async_trait;
use events::Message;
use service::Failure;
use store::{Database, Migration, StoreError};

use crate::projection::{Fold, apply, record, seen};

/// The steps of the tables, and of those that a rebuild makes beside them.
pub(super) const MIGRATIONS: &[Migration] = &[
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
    pub(crate) database: Database,
}

impl Projections {
    /// Opens them, and makes what is missing.
    ///
    /// # Errors
    /// The database cannot be reached, or a newer release was here.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        database.migrate("gateway", MIGRATIONS).await?;
        Ok(Self { database: database.clone() })
    }

    /// Folds events in, in one transaction and in this order; those that were folded before change nothing.
    pub(super) async fn apply_all(&self, messages: &[Message]) -> Result<(), Failure> {
        let folded = self.database.in_time(self.fold(messages)).await?;
        folded.map_err(|error| Failure::from(StoreError::from(error)))
    }

    async fn fold(&self, messages: &[Message]) -> Result<(), sqlx::Error> {
        let mut transaction = self.database.begin().await?;
        let unseen = seen::mark(&mut transaction, messages).await?;
        if !unseen.is_empty() {
            record::keep(&mut transaction, &unseen).await?;
            apply::apply(&mut transaction, &unseen).await?;
        }
        transaction.commit().await
    }

    /// Whether the tables can be read now.
    pub(crate) async fn is_there(&self) -> bool {
        let asked = sqlx::query("SELECT FROM promotion LIMIT 1").execute(self.database.pool());
        self.database.within(Duration::from_secs(1), asked).await.is_ok_and(|answer| answer.is_ok())
    }
}

#[async_trait]
impl Fold for Projections {
    async fn apply(&self, message: &Message) -> Result<(), Failure> {
        self.apply_all(std::slice::from_ref(message)).await
    }
}
