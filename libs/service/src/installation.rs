//! Which log an installation has. It is written down in the database when the first service has opened it, and every later start is held
//! to that: with another log, an installation would begin to tell a second story.

use sqlx::{PgPool, Row as _};
use store::{Database, Migration, StoreError};

use crate::failure::Failure;

const SCHEMA: &str = "installation";
const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "log",
    sql: include_str!("../../../migrations/installation/0001_log.sql"),
}];

/// A log, as it is known from any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogName {
    /// The id of the cluster, of a log on Kafka; none of one in Postgres.
    pub(crate) cluster: Option<String>,
    /// Whether the numbers of schemas on it are a registry's.
    pub(crate) registered: bool,
}

impl LogName {
    fn shown(&self) -> String {
        match (&self.cluster, self.registered) {
            (None, _) => "in Postgres".to_owned(),
            (Some(cluster), false) => format!("on the Kafka cluster {cluster}, without a registry"),
            (Some(cluster), true) => format!("on the Kafka cluster {cluster}, with a registry"),
        }
    }
}

/// Where an installation's log is written down.
pub(crate) struct Installation {
    database: Database,
}

impl Installation {
    /// The one in the database of this URL.
    pub(crate) fn new(url: &str) -> Result<Self, StoreError> {
        Ok(Self { database: Database::new(url, SCHEMA, 1)? })
    }

    /// Makes what is missing to write a log down.
    pub(crate) async fn prepare(&self) -> Result<(), StoreError> {
        self.database.migrate(SCHEMA, MIGRATIONS).await
    }

    /// Whether a log is written down.
    ///
    /// # Errors
    /// `LOG_ELSEWHERE`: one is, and it is another than this. Or the database cannot be reached.
    pub(crate) async fn has(&self, log: &LogName) -> Result<bool, Failure> {
        let found = self.database.in_time(found(self.database.pool())).await?.map_err(StoreError::from)?;
        let Some(found) = found else {
            return Ok(false);
        };
        if found == *log {
            return Ok(true);
        }
        let (found, asked) = (found.shown(), log.shown());
        let why = format!("the log of this installation is {found}; the configuration has one {asked}");
        Err(Failure::unhandled("LOG_ELSEWHERE", why))
    }

    /// Writes a log down, unless one is.
    ///
    /// # Errors
    /// As [`Installation::has`].
    pub(crate) async fn write_down(&self, log: &LogName) -> Result<(), Failure> {
        let written =
            sqlx::query("INSERT INTO log (cluster, registered) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(&log.cluster)
                .bind(log.registered)
                .execute(self.database.pool());
        self.database.in_time(written).await?.map_err(StoreError::from)?;
        // Somebody else may have been faster.
        self.has(log).await.map(drop)
    }
}

async fn found(pool: &PgPool) -> Result<Option<LogName>, sqlx::Error> {
    let there: bool =
        sqlx::query_scalar("SELECT to_regclass('installation.log') IS NOT NULL").fetch_one(pool).await?;
    if !there {
        return Ok(None);
    }
    let Some(row) = sqlx::query("SELECT cluster, registered FROM log").fetch_optional(pool).await? else {
        return Ok(None);
    };
    Ok(Some(LogName { cluster: row.try_get("cluster")?, registered: row.try_get("registered")? }))
}
