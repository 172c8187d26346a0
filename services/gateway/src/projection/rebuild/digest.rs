//! What the tables of a projection hold, as one number that two equal ones share.

use futures::TryStreamExt as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Transaction};

use crate::projection::rebuild::tables::{TABLES, Table};

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableDigest {
    /// The table.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 over its rows in the order of their keys, each as Postgres writes it and with its length before it, in hex.
    pub digest: String,
}

/// SHA-256 over the tables' names and digests, in hex.
pub(super) fn of_all(tables: &[TableDigest]) -> String {
    let lines = tables.iter().map(|one| format!("{} {}\n", one.table, one.digest));
    hex(&Sha256::digest(lines.collect::<String>()))
}

/// Has a transaction see one state of the database, and write values in one way whatever the database's settings are.
pub(super) async fn freeze(transaction: &mut Transaction<'static, Postgres>) -> Result<(), sqlx::Error> {
    const SAME: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
        SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex';
        SET LOCAL extra_float_digits = 1; SELECT 1";
    sqlx::raw_sql(SAME).execute(&mut **transaction).await.map(drop)
}

/// The digests of the tables in a schema.
pub(super) async fn of_schema(
    connection: &mut PgConnection,
    schema: &str,
) -> Result<Vec<TableDigest>, sqlx::Error> {
    let mut digests = Vec::with_capacity(TABLES.len());
    for table in &TABLES {
        digests.push(of_table(connection, schema, table).await?);
    }
    Ok(digests)
}

async fn of_table(
    connection: &mut PgConnection,
    schema: &str,
    Table { name, key }: &Table,
) -> Result<TableDigest, sqlx::Error> {
    // Names of ours alone.
    let statement = format!("SELECT t::text FROM \"{schema}\".{name} t ORDER BY {key}");
    let (mut hash, mut rows) = (Sha256::new(), 0_u64);
    let mut lines = sqlx::query_scalar::<_, String>(AssertSqlSafe(statement)).fetch(connection);
    while let Some(line) = lines.try_next().await? {
        hash.update((line.len() as u64).to_be_bytes());
        hash.update(line);
        rows += 1;
    }
    Ok(TableDigest { table: name, rows, digest: hex(&hash.finalize()) })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
