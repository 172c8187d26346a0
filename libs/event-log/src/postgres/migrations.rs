//! The tables of the log.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgConnection, SqlStr};

use super::core::Core;
use super::failure::failure;
use crate::error::LogError;

/// Each file's number, name and text. A file that was released never changes.
const FILES: [(i64, &str, &str); 1] =
    [(1, "log", include_str!("../../../../migrations/event_log/0001_log.sql"))];

/// Brings the schema up to date. Processes that start at once wait for one another.
pub(super) async fn run(core: &Core) -> Result<(), LogError> {
    let mut connection = core.connection().await?;
    core.in_time(prepare(&mut connection)).await?;
    migrator().run_direct(None, &mut *connection as &mut PgConnection, false).await.map_err(refusal)?;
    // The connection is closed, not kept, and the lock ends with it.
    Ok(())
}

/// Waits for its turn, and makes the schema. Postgres asks for the right to create one even if it is there, which a
/// careful administrator withholds; so that is looked up first.
async fn prepare(connection: &mut PgConnection) -> sqlx::Result<()> {
    const LOCK: &str = "SELECT pg_advisory_lock(hashtextextended('plimsoll migrations log', 0))";
    const THERE: &str = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'log')";
    sqlx::query(LOCK).execute(&mut *connection).await?;
    if !sqlx::query_scalar::<_, bool>(THERE).fetch_one(&mut *connection).await? {
        sqlx::query("CREATE SCHEMA log").execute(connection).await?;
    }
    Ok(())
}

fn migrator() -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    let mut migrator = Migrator::with_migrations(FILES.map(migration).into());
    migrator.set_locking(false);
    migrator.dangerous_set_table_name("log.migrations_log");
    migrator
}

fn refusal(error: MigrateError) -> LogError {
    let known = FILES.iter().map(|(version, _, _)| *version).max().unwrap_or_default();
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failure(error),
        MigrateError::VersionMissing(found) if found > known => LogError::Newer { found, known },
        MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => {
            LogError::Mismatch { version }
        }
        other => LogError::Damaged(other.to_string()),
    }
}
