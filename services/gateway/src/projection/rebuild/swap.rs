//! The schema that tables are made in, and how they take the place of those that answer.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres, Transaction};
use store::{Database, StoreError};

use service::Failure;

use crate::projection::Projections;
use crate::projection::rebuild::busy;
use crate::projection::rebuild::follower::{Follower, LANES, Overtaken};
use crate::projection::rebuild::tables::TABLES;

/// A schema to make tables in, which nobody else does meanwhile.
pub(super) struct Scratch {
    database: Database,
    /// Where tables go that were replaced.
    replaced: String,
    /// Holds the right to the schema for as long as it is open.
    turn: PgConnection,
}

/// What has become of a swap.
pub(super) enum Swap {
    /// The tables that were made anew answer.
    Done,
    /// Somebody had the others in use for too long.
    Held,
    /// The tables that were made anew are not what they have to be any more.
    Overtaken(Overtaken),
}

/// Readers wait for no longer than this behind a swap that waits for a reader, and it is below the time after which
/// Postgres looks for a deadlock (`deadlock_timeout`, 1 s): the swap gives way before a reader is given up for it. It is the time
/// of the statement, which has to have the locks of all tables.
const PATIENCE: &str = "SET LOCAL statement_timeout = '400ms'";

/// Postgres' code for a statement that was not done in time.
const QUERY_CANCELED: &str = "57014";

impl Scratch {
    /// Takes the schema of this name. What an earlier run left there when it was cut off is removed.
    pub(super) async fn make(url: &str, schema: &str) -> Result<Self, Failure> {
        let database = Database::for_long_work(url, schema, LANES)?;
        let mut turn = database.connect().await?;
        let asked = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended('plimsoll ' || $1, 0))")
            .bind(schema)
            .fetch_one(&mut turn);
        let had: bool = database.in_time(asked).await?.map_err(StoreError::from)?;
        match had {
            true => Ok(Self { replaced: format!("{schema}_old"), database, turn }),
            false => Err(busy("somebody else makes it again at this moment")),
        }
    }

    pub(super) fn schema(&self) -> &str {
        self.database.schema()
    }

    /// The tables, with nothing in them.
    pub(super) async fn empty(&self) -> Result<Projections, Failure> {
        self.drop().await?;
        Ok(Projections::open(&self.database).await?)
    }

    /// Removes it.
    pub(super) async fn end(self) -> Result<(), Failure> {
        self.drop().await?;
        self.database.pool().close().await;
        Ok(self.turn.close().await.map_err(StoreError::from)?)
    }

    async fn drop(&self) -> Result<(), StoreError> {
        let statement = format!(
            "DROP SCHEMA IF EXISTS \"{}\" CASCADE; DROP SCHEMA IF EXISTS \"{}\" CASCADE",
            self.schema(),
            self.replaced
        );
        let dropped = sqlx::raw_sql(AssertSqlSafe(statement)).execute(self.database.pool());
        self.database.in_time(dropped).await??;
        Ok(())
    }
}

/// A transaction during which the consumer folds nothing; readers are not concerned.
pub(super) async fn still(database: &Database) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let mut transaction = database.begin().await?;
    // It is what every fold writes to first.
    sqlx::raw_sql("LOCK TABLE seen IN EXCLUSIVE MODE").execute(&mut *transaction).await?;
    Ok(transaction)
}

/// Has the tables that were made anew answer from now on, at the place in the log where the others are.
pub(super) async fn swap(
    answering: &Database,
    scratch: &Scratch,
    follower: &mut Follower,
) -> Result<Swap, Failure> {
    let mut still = still(answering).await.map_err(StoreError::from)?;
    if let Err(overtaken) = follower.close_up(&mut still).await? {
        return Ok(Swap::Overtaken(overtaken));
    }
    let renamed = rename(&mut still, answering.schema(), scratch).await;
    match renamed {
        Ok(()) => still.commit().await.map(|()| Swap::Done).map_err(|error| StoreError::from(error).into()),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(QUERY_CANCELED) => {
            still.rollback().await.map_err(StoreError::from)?;
            Ok(Swap::Held)
        }
        Err(error) => Err(StoreError::from(error).into()),
    }
}

async fn rename(
    connection: &mut PgConnection,
    answering: &str,
    scratch: &Scratch,
) -> Result<(), sqlx::Error> {
    let Scratch { replaced, .. } = scratch;
    let made = scratch.schema();
    // Names of ours alone.
    let all = TABLES.map(|table| format!("\"{answering}\".{}", table.name)).join(", ");
    let moved = TABLES.map(|table| {
        let name = table.name;
        format!(
            "ALTER TABLE \"{answering}\".{name} SET SCHEMA \"{replaced}\";
             ALTER TABLE \"{made}\".{name} SET SCHEMA \"{answering}\";"
        )
    });
    // Who rebuilds may be an administrator; whose the tables were, theirs they are.
    let owners = format!(
        "DO $$ DECLARE one record; BEGIN
             FOR one IN SELECT relname, relowner::regrole AS owner FROM pg_class
                 WHERE relnamespace = '\"{replaced}\"'::regnamespace AND relkind = 'r' LOOP
                 EXECUTE format('ALTER TABLE \"{answering}\".%I OWNER TO %s', one.relname, one.owner);
             END LOOP;
         END $$"
    );
    let statements = format!(
        "{PATIENCE}; LOCK TABLE {all} IN ACCESS EXCLUSIVE MODE; SET LOCAL statement_timeout = 0;
         CREATE SCHEMA \"{replaced}\"; {} {owners}",
        moved.concat()
    );
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(connection).await.map(drop)
}
