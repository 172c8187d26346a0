//! The tables of the trees.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use ids::OrgId;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};
use store::{Database, Migration, StoreError};
use time::OffsetDateTime;
use tlog::{Frontier, Hash, Leaf, NodeId, Record, TreeError};

use crate::leaf::Entry;
use crate::recorder::Trees;

const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, name: "audit", sql: include_str!("../../../migrations/audit/0001_audit.sql") }];

/// Leaves are looked for among all of an organisation, which may take longer than other answers. Who asked gives up after a minute.
const SEARCH: Duration = Duration::from_secs(50);

/// The trees of all organisations.
#[derive(Debug, Clone)]
pub struct AuditStore {
    database: Database,
}

/// Why a tree cannot be read or grown.
#[derive(Debug, thiserror::Error)]
pub enum AuditStoreError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it holds is no tree.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// Which leaves are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) correlation: Option<String>,
    pub(crate) event_type: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) since: Option<OffsetDateTime>,
    pub(crate) until: Option<OffsetDateTime>,
}

impl From<sqlx::Error> for AuditStoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl AuditStoreError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Tree(error) => error.code(),
        }
    }
}

impl AuditStore {
    /// Opens them, and makes what is missing.
    ///
    /// # Errors
    /// The database cannot be reached, or a newer release was here.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        database.migrate("audit", MIGRATIONS).await?;
        Ok(Self { database: database.clone() })
    }

    /// Every organisation that has a tree.
    pub(crate) async fn organisations(&self) -> Result<Vec<OrgId>, AuditStoreError> {
        let asked = sqlx::query_scalar("SELECT org FROM tree ORDER BY org").fetch_all(self.database.pool());
        let orgs = self.database.in_time(asked).await??;
        Ok(orgs.into_iter().map(OrgId::new).collect())
    }

    /// The tree as it is now.
    pub(crate) async fn tree(&self, org: OrgId) -> Result<Frontier, AuditStoreError> {
        let asked = sqlx::query("SELECT size, peaks FROM tree WHERE org = $1")
            .bind(org.uuid())
            .fetch_optional(self.database.pool());
        let row = self.database.in_time(asked).await??;
        row.as_ref().map_or(Ok(Frontier::new()), frontier)
    }

    /// The newest checkpoint: its size and note.
    pub(crate) async fn newest_checkpoint(
        &self,
        org: OrgId,
    ) -> Result<Option<(u64, String)>, AuditStoreError> {
        let asked =
            sqlx::query("SELECT size, note FROM checkpoint WHERE org = $1 ORDER BY size DESC LIMIT 1")
                .bind(org.uuid())
                .fetch_optional(self.database.pool());
        let row = self.database.in_time(asked).await??;
        row.as_ref().map(checkpoint).transpose()
    }

    /// The checkpoints below a size, smallest first.
    pub(crate) async fn checkpoints_below(
        &self,
        org: OrgId,
        size: u64,
    ) -> Result<Vec<(u64, String)>, AuditStoreError> {
        let asked =
            sqlx::query("SELECT size, note FROM checkpoint WHERE org = $1 AND size < $2 ORDER BY size")
                .bind(org.uuid())
                .bind(signed(size))
                .fetch_all(self.database.pool());
        let rows = self.database.in_time(asked).await??;
        rows.iter().map(checkpoint).collect()
    }

    /// Keeps a checkpoint; one of this size that is there already stays.
    pub(crate) async fn keep_checkpoint(
        &self,
        org: OrgId,
        size: u64,
        note: &str,
    ) -> Result<(), AuditStoreError> {
        let kept = sqlx::query(
            "INSERT INTO checkpoint (org, size, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(org.uuid())
        .bind(signed(size))
        .bind(note)
        .execute(self.database.pool());
        self.database.in_time(kept).await??;
        Ok(())
    }

    /// Leaves from an index on and below a size, that fit the filter, at most `limit`.
    pub(crate) async fn leaves(
        &self,
        org: OrgId,
        filter: &Filter,
        (from, size): (u64, u64),
        limit: i64,
    ) -> Result<Vec<(u64, Leaf)>, AuditStoreError> {
        let asked = sqlx::query(
            "SELECT index, topic, partition, \"offset\", content FROM leaf
             WHERE org = $1 AND index >= $2 AND index < $3
                 AND ($4::text IS NULL OR correlation = $4)
                 AND ($5::text IS NULL OR event_type = $5 OR split_part(event_type, '.', 4) = $5)
                 AND ($6::timestamptz IS NULL OR time >= $6)
                 AND ($7::timestamptz IS NULL OR time < $7)
             ORDER BY index LIMIT $8",
        )
        .bind(org.uuid())
        .bind(signed(from))
        .bind(signed(size))
        .bind(&filter.correlation)
        .bind(&filter.event_type)
        .bind(filter.since)
        .bind(filter.until)
        .bind(limit)
        .fetch_all(self.database.pool());
        let rows = self.database.within(SEARCH, asked).await??;
        rows.iter().map(leaf).collect()
    }

    /// The hashes of these nodes, as far as they are there.
    pub(crate) async fn nodes(
        &self,
        org: OrgId,
        wanted: &[NodeId],
    ) -> Result<HashMap<NodeId, Hash>, AuditStoreError> {
        let levels: Vec<i16> = wanted.iter().map(|node| i16::from(node.level)).collect();
        let indexes: Vec<i64> = wanted.iter().map(|node| signed(node.index)).collect();
        let asked = sqlx::query(
            "SELECT n.level, n.index, n.hash FROM node n
             JOIN unnest($2::smallint[], $3::bigint[]) AS wanted (level, index)
                 ON n.level = wanted.level AND n.index = wanted.index
             WHERE n.org = $1",
        )
        .bind(org.uuid())
        .bind(levels)
        .bind(indexes)
        .fetch_all(self.database.pool());
        let rows = self.database.in_time(asked).await??;
        let node = |row: &PgRow| -> Result<(NodeId, Hash), AuditStoreError> {
            let level: i16 = row.try_get("level")?;
            let level = u8::try_from(level).map_err(|_| damaged("a node's level"))?;
            Ok((NodeId { level, index: unsigned(row.try_get("index")?)? }, hash(row.try_get("hash")?)?))
        };
        rows.iter().map(node).collect()
    }
}

#[async_trait]
impl Trees for AuditStore {
    async fn append(&self, org: OrgId, entries: &[&Entry]) -> Result<(), AuditStoreError> {
        self.database.in_time(self.grow(org, entries)).await?
    }
}

impl AuditStore {
    async fn grow(&self, org: OrgId, entries: &[&Entry]) -> Result<(), AuditStoreError> {
        let mut transaction = self.database.begin().await?;
        let mut tree = lock(&mut transaction, org).await?;
        let mut nodes = Vec::new();
        for entry in entries {
            if insert(&mut transaction, tree.size(), entry).await? {
                nodes.extend(tree.append(entry.leaf.hash())?);
            }
        }
        if nodes.is_empty() {
            return Ok(());
        }
        insert_nodes(&mut transaction, org, &nodes).await?;
        let peaks: Vec<u8> = tree.peaks().iter().flat_map(|peak| *peak.bytes()).collect();
        sqlx::query("UPDATE tree SET size = $2, peaks = $3 WHERE org = $1")
            .bind(org.uuid())
            .bind(signed(tree.size()))
            .bind(peaks)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

/// The tree of an organisation, which nobody else grows until the transaction ends.
async fn lock(connection: &mut PgConnection, org: OrgId) -> Result<Frontier, AuditStoreError> {
    sqlx::query("INSERT INTO tree (org, size, peaks) VALUES ($1, 0, '') ON CONFLICT DO NOTHING")
        .bind(org.uuid())
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query("SELECT size, peaks FROM tree WHERE org = $1 FOR UPDATE")
        .bind(org.uuid())
        .fetch_one(connection)
        .await?;
    frontier(&row)
}

/// Inserts a leaf; whether the record had none.
async fn insert(connection: &mut PgConnection, index: u64, entry: &Entry) -> Result<bool, AuditStoreError> {
    let position = &entry.leaf.position;
    let content = serde_json::to_vec(&entry.leaf.record).map_err(|error| damaged(&error.to_string()))?;
    let event = match &entry.leaf.record {
        Record::Event(event) => Some(event),
        Record::Raw(_) => None,
    };
    let inserted = sqlx::query(
        "INSERT INTO leaf (org, index, topic, partition, \"offset\", event_type, correlation, time, content)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (topic, partition, \"offset\") DO NOTHING",
    )
    .bind(entry.org.uuid())
    .bind(signed(index))
    .bind(&position.topic)
    .bind(i32::try_from(position.partition).unwrap_or(i32::MAX))
    .bind(signed(position.offset))
    .bind(event.map(|event| &event.kind))
    .bind(event.map(|event| &event.correlation))
    .bind(entry.time)
    .bind(content)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

async fn insert_nodes(
    connection: &mut PgConnection,
    org: OrgId,
    nodes: &[(NodeId, Hash)],
) -> Result<(), AuditStoreError> {
    let levels: Vec<i16> = nodes.iter().map(|(node, _)| i16::from(node.level)).collect();
    let indexes: Vec<i64> = nodes.iter().map(|(node, _)| signed(node.index)).collect();
    let hashes: Vec<Vec<u8>> = nodes.iter().map(|(_, hash)| hash.bytes().to_vec()).collect();
    sqlx::query(
        "INSERT INTO node (org, level, index, hash)
         SELECT $1, level, index, hash FROM unnest($2::smallint[], $3::bigint[], $4::bytea[]) AS n (level, index, hash)",
    )
    .bind(org.uuid())
    .bind(levels)
    .bind(indexes)
    .bind(hashes)
    .execute(connection)
    .await?;
    Ok(())
}

fn frontier(row: &PgRow) -> Result<Frontier, AuditStoreError> {
    let peaks: Vec<u8> = row.try_get("peaks")?;
    let peaks = peaks.chunks(32).map(|peak| hash(peak.to_vec())).collect::<Result<_, _>>()?;
    Ok(Frontier::from_peaks(unsigned(row.try_get("size")?)?, peaks)?)
}

fn checkpoint(row: &PgRow) -> Result<(u64, String), AuditStoreError> {
    Ok((unsigned(row.try_get("size")?)?, row.try_get("note")?))
}

fn leaf(row: &PgRow) -> Result<(u64, Leaf), AuditStoreError> {
    let content: Vec<u8> = row.try_get("content")?;
    let record = serde_json::from_slice(&content).map_err(|error| damaged(&error.to_string()))?;
    let partition: i32 = row.try_get("partition")?;
    let position = tlog::Position {
        topic: row.try_get("topic")?,
        partition: u32::try_from(partition).map_err(|_| damaged("a partition"))?,
        offset: unsigned(row.try_get("offset")?)?,
    };
    Ok((unsigned(row.try_get("index")?)?, Leaf { position, record }))
}

fn hash(bytes: Vec<u8>) -> Result<Hash, AuditStoreError> {
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| damaged("a hash"))?;
    Ok(Hash::new(bytes))
}

fn damaged(what: &str) -> AuditStoreError {
    AuditStoreError::Store(StoreError::Damaged(format!("the audit's tables: {what}")))
}

/// Postgres has no unsigned numbers; trees and offsets stay below 2^63.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> Result<u64, AuditStoreError> {
    u64::try_from(number).map_err(|_| damaged("a negative number"))
}
