//! The rows in which two copies of a projection differ.

use futures::TryStreamExt as _;
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use crate::projection::rebuild::digest::{TableDigest, of_all, of_schema};
use crate::projection::rebuild::tables::{TABLES, Table};

/// A projection held against what the log makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The digest of the tables that answer.
    pub digest: String,
    /// The digest of those that were made of the log.
    pub replayed: String,
    /// Each table.
    pub tables: Vec<ComparedTable>,
}

/// A table held against what the log makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparedTable {
    /// The table that answers.
    #[serde(flatten)]
    pub found: TableDigest,
    /// The digest of the one that was made of the log.
    pub replayed: String,
    /// How many rows the log makes that are not there.
    pub missing: u64,
    /// How many rows are there that the log does not make.
    pub surplus: u64,
    /// How many rows are there with other values.
    pub changed: u64,
    /// The keys of some of them.
    pub examples: Vec<String>,
}

/// So many keys tell where to look.
const EXAMPLES: usize = 5;

impl Comparison {
    /// Whether every row is what the log makes of it, byte for byte.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.digest == self.replayed
    }

    /// The tables with rows that differ.
    pub fn differing(&self) -> impl Iterator<Item = &ComparedTable> {
        self.tables.iter().filter(|table| table.found.digest != table.replayed)
    }
}

/// Compares the tables of two schemas, as this connection sees them.
pub(super) async fn compare(
    connection: &mut PgConnection,
    answering: &str,
    replayed: &str,
) -> Result<Comparison, sqlx::Error> {
    let found = of_schema(connection, answering).await?;
    let made = of_schema(connection, replayed).await?;
    let (digest, all) = (of_all(&found), of_all(&made));
    let mut tables = Vec::with_capacity(TABLES.len());
    for ((table, found), made) in TABLES.iter().zip(found).zip(made) {
        let mut compared = ComparedTable {
            found,
            replayed: made.digest,
            missing: 0,
            surplus: 0,
            changed: 0,
            examples: Vec::new(),
        };
        if compared.found.digest != compared.replayed {
            compared.look(connection, table, (answering, replayed)).await?;
        }
        tables.push(compared);
    }
    Ok(Comparison { digest, replayed: all, tables })
}

impl ComparedTable {
    async fn look(
        &mut self,
        connection: &mut PgConnection,
        Table { name, key }: &Table,
        (answering, replayed): (&str, &str),
    ) -> Result<(), sqlx::Error> {
        // Names of ours alone.
        let rows =
            |schema| format!("SELECT ROW({key})::text AS key, t::text AS line FROM \"{schema}\".{name} t");
        let statement = format!(
            "SELECT key, found.line IS NULL AS missing, made.line IS NULL AS surplus
             FROM ({}) AS found FULL JOIN ({}) AS made USING (key)
             WHERE found.line IS DISTINCT FROM made.line ORDER BY key",
            rows(answering),
            rows(replayed)
        );
        let mut differing = sqlx::query(AssertSqlSafe(statement)).fetch(connection);
        while let Some(row) = differing.try_next().await? {
            let count = match (row.try_get("missing")?, row.try_get("surplus")?) {
                (true, _) => &mut self.missing,
                (_, true) => &mut self.surplus,
                _ => &mut self.changed,
            };
            *count += 1;
            if self.examples.len() < EXAMPLES {
                self.examples.push(row.try_get("key")?);
            }
        }
        Ok(())
    }
}
