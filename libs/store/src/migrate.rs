//! Brings a schema to what this release needs.

use sqlx::migrate::{MigrateError, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqlSafeStr};

use crate::database::{Database, is_plain};
use crate::error::StoreError;

/// A step of a schema, made once and never changed after its release.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number, from 1.
    pub version: i64,
    /// What it is about, in a word.
    pub name: &'static str,
    /// What it does.
    pub sql: &'static str,
}

impl Database {
    /// Makes the migrations of this set that were not made yet, and the schema if there is none. Each set (`store`, the
    /// service's own) has its own numbers and its own table, `migrations_SET`, so several live in one schema. Whoever
    /// starts at the same time waits.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a newer release was here, [`StoreError::Mismatch`] if a migration that was made is not
    /// this one, or the database cannot be reached.
    pub async fn migrate(&self, set: &str, migrations: &[Migration]) -> Result<(), StoreError> {
        if !is_plain(set) {
            return Err(StoreError::Invalid(format!("{set:?} is no name of a set of migrations")));
        }
        // The lock ends with this connection, whatever happens.
        let mut connection = self.connect().await?;
        self.lock(&mut connection).await?;
        self.ensure_schema(&mut connection).await?;
        let made = migrator(set, migrations).run(&mut connection).await;
        let known = migrations.iter().map(|migration| migration.version).max().unwrap_or(0);
        made.map_err(|error| self.explain(error, set, known))?;
        Ok(connection.close().await?)
    }

    async fn lock(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        sqlx::query("SELECT pg_advisory_lock(hashtextextended('plimsoll migrations ' || $1, 0))")
            .bind(self.schema())
            .execute(connection)
            .await?;
        Ok(())
    }

    /// Postgres asks for the right to create a schema even if there is one, which a careful administrator withholds.
    async fn ensure_schema(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let schema = self.schema();
        let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)")
            .bind(schema)
            .fetch_one(&mut *connection)
            .await?;
        if !there {
            // The name is one word of plain letters.
            let statement = format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"");
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
        }
        Ok(())
    }

    fn explain(&self, error: MigrateError, set: &str, known: i64) -> StoreError {
        let (schema, set) = (self.schema().to_owned(), set.to_owned());
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            MigrateError::VersionMissing(found) if found > known => {
                StoreError::Newer { schema, set, found, known }
            }
            MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => {
                StoreError::Mismatch { schema, set, version }
            }
            other => StoreError::Damaged(other.to_string()),
        }
    }
}

fn migrator(set: &str, migrations: &[Migration]) -> Migrator {
    let steps = migrations.iter().map(|migration| {
        sqlx::migrate::Migration::new(
            migration.version,
            migration.name.into(),
            MigrationType::Simple,
            migration.sql.into_sql_str(),
            false,
        )
    });
    let mut migrator = Migrator::with_migrations(steps.collect());
    migrator.dangerous_set_table_name(format!("\"migrations_{set}\""));
    migrator.set_locking(false);
    migrator
}
