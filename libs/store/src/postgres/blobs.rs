//! Blobs in Postgres.

use async_trait::async_trait;
use ids::{BlobHash, OrgId};

use crate::blobs::Blobs;
use crate::database::Database;
use crate::error::StoreError;
use crate::migrate::Migration;

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "blobs",
    sql: include_str!("../../../../migrations/blob/0001_blobs.sql"),
}];

/// Blobs in a schema of Postgres that every service shares: `blob`.
#[derive(Debug, Clone)]
pub struct PostgresBlobs {
    database: Database,
}

impl PostgresBlobs {
    /// The schema's name.
    pub const SCHEMA: &str = "blob";

    /// The blobs of the database of this URL, over at most so many connections.
    ///
    /// # Errors
    /// The database cannot be reached, or is a newer release's ([`StoreError::Newer`]).
    pub async fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        let database = Database::new(url, Self::SCHEMA, connections)?;
        database.migrate("blob", MIGRATIONS).await?;
        Ok(Self { database })
    }
}

#[async_trait]
impl Blobs for PostgresBlobs {
    async fn put(&self, org: OrgId, bytes: &[u8]) -> Result<BlobHash, StoreError> {
        let hash = BlobHash::of(bytes);
        self.database.in_time(self.insert(org, hash, bytes)).await??;
        Ok(hash)
    }

    async fn get(&self, org: OrgId, hash: BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        match self.database.in_time(self.select(org, hash)).await?? {
            Some(bytes) if BlobHash::of(&bytes) != hash => {
                Err(StoreError::Damaged(format!("the blob {hash} of {org} has other bytes")))
            }
            bytes => Ok(bytes),
        }
    }
}

impl PostgresBlobs {
    async fn insert(&self, org: OrgId, hash: BlobHash, bytes: &[u8]) -> Result<(), StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO blobs (org, hash, bytes) VALUES ($1, $2, $3) ON CONFLICT (org, hash) DO NOTHING",
        )
        .bind(org.uuid())
        .bind(hash.as_bytes().as_slice())
        .bind(bytes)
        .execute(self.database.pool())
        .await?;
        if inserted.rows_affected() == 0 && self.is_damaged(org, hash).await? {
            self.mend(org, hash, bytes).await?;
        }
        Ok(())
    }

    /// Whether what is there is not what its name says.
    async fn is_damaged(&self, org: OrgId, hash: BlobHash) -> Result<bool, StoreError> {
        let damaged = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM blobs WHERE org = $1 AND hash = $2 AND sha256(bytes) <> hash)",
        )
        .bind(org.uuid())
        .bind(hash.as_bytes().as_slice())
        .fetch_one(self.database.pool())
        .await?;
        Ok(damaged)
    }

    /// Bytes that were damaged are mended by who has them still. To change a blob otherwise nobody but its owner has a right.
    async fn mend(&self, org: OrgId, hash: BlobHash, bytes: &[u8]) -> Result<(), StoreError> {
        sqlx::query("SELECT mend($1, $2, $3)")
            .bind(org.uuid())
            .bind(hash.as_bytes().as_slice())
            .bind(bytes)
            .execute(self.database.pool())
            .await?;
        Ok(())
    }

    async fn select(&self, org: OrgId, hash: BlobHash) -> Result<Option<Vec<u8>>, StoreError> {
        let bytes = sqlx::query_scalar("SELECT bytes FROM blobs WHERE org = $1 AND hash = $2")
            .bind(org.uuid())
            .bind(hash.as_bytes().as_slice())
            .fetch_optional(self.database.pool())
            .await?;
        Ok(bytes)
    }
}
