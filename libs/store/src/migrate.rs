//! Brings a schema to what this release needs.

use std::time::Duration;

use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migration as Step, MigrationType};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqlSafeStr};

use crate::database::{Database, LONG, is_plain};
use crate::error::StoreError;

/// Who waits for another's turn asks this often.
const ASK: Duration = Duration::from_millis(100);

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
        let mut connection = self.connect_for_long().await?;
        self.lock(&mut connection).await?;
        self.in_time(self.ensure_schema(&mut connection)).await??;
        self.make(&mut connection, set, migrations).await?;
        Ok(self.in_time(connection.close()).await??)
    }

    async fn make(
        &self,
        connection: &mut PgConnection,
        set: &str,
        migrations: &[Migration],
    ) -> Result<(), StoreError> {
        // The name is one word of plain letters.
        let table = format!("\"migrations_{set}\"");
        if !self.in_time(exists(connection, &table)).await?? {
            self.in_time(connection.ensure_migrations_table(&table)).await??;
        }
        let made = self.in_time(connection.list_applied_migrations(&table)).await??;
        let steps: Vec<_> = migrations.iter().map(Migration::step).collect();
        self.check(set, &made, &steps)?;
        for step in steps.iter().filter(|step| made.iter().all(|made| made.version != step.version)) {
            self.within(LONG, connection.apply(&table, step)).await??;
        }
        Ok(())
    }

    /// Everything that was made on this database is a step of this release, as it was then.
    fn check(&self, set: &str, made: &[AppliedMigration], steps: &[Step]) -> Result<(), StoreError> {
        let known = steps.iter().map(|step| step.version).max().unwrap_or(0);
        for AppliedMigration { version, checksum } in made {
            let (schema, set, version) = (self.schema().to_owned(), set.to_owned(), *version);
            match steps.iter().find(|step| step.version == version) {
                Some(step) if step.checksum == *checksum => {}
                None if version > known => {
                    let found = made.iter().map(|made| made.version).max().unwrap_or(version);
                    return Err(StoreError::Newer { schema, set, found, known });
                }
                _ => return Err(StoreError::Mismatch { schema, set, version }),
            }
        }
        Ok(())
    }

    /// Waits for its turn. Inside Postgres that would look like a server that does not answer.
    async fn lock(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        while !self.in_time(try_lock(connection, self.schema())).await?? {
            tokio::time::sleep(ASK).await;
        }
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
            let made = sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await;
            made.map_err(|error| match StoreError::from(error) {
                StoreError::Refused(why) => StoreError::Refused(format!(
                    "there is no schema {schema}, and the role may make none (GRANT CREATE ON DATABASE): {why}"
                )),
                other => other,
            })?;
        }
        Ok(())
    }
}

async fn try_lock(connection: &mut PgConnection, schema: &str) -> Result<bool, StoreError> {
    let asked =
        sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended('plimsoll migrations ' || $1, 0))");
    Ok(asked.bind(schema).fetch_one(connection).await?)
}

/// As of a schema, Postgres asks for the right to create a table even if there is one: who only reads a schema of another's
/// has none.
async fn exists(connection: &mut PgConnection, table: &str) -> Result<bool, StoreError> {
    let there = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(table);
    Ok(there.fetch_one(connection).await?)
}

impl Migration {
    fn step(&self) -> Step {
        Step::new(self.version, self.name.into(), MigrationType::Simple, self.sql.into_sql_str(), false)
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}
