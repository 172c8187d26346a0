//! The tables of the log.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgConnection, SqlStr};

use super::core::Core;
use super::failure::failure;
use crate::error::LogError;

const FILES: [(i64, &str, &str); 1] =
    [(1, "log", include_str!("../../../../migrations/event_log/0001_log.sql"))];

/// Brings the schema up to date. Processes that start at once wait for one another.
pub(super) async fn run(core: &Core) -> Result<(), LogError> {
    let mut connection = core.connection().await?;
    let migrator = migrator();
    let migrated = migrator.run_direct(None, &mut *connection as &mut PgConnection, false).await;
    migrated.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failure(error),
        other => LogError::Damaged(other.to_string()),
    })?;
    connection.keep();
    Ok(())
}

fn migrator() -> Migrator {
    let migration = |(version, description, sql): (i64, &'static str, &'static str)| {
        let description = Cow::Borrowed(description);
        Migration::new(version, description, MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    let mut migrator = Migrator::with_migrations(FILES.map(migration).into());
    migrator.create_schema("log");
    migrator.dangerous_set_table_name("log._migrations");
    migrator
}
