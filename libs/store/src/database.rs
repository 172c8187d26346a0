//! Where a service's tables are.

use std::fmt;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, Postgres, Transaction};

use crate::error::StoreError;

/// After this long without a connection somebody who waits is told.
const PATIENCE: Duration = Duration::from_secs(5);

/// After this long without an answer the server, or the way to it, is given up.
const ANSWER: Duration = Duration::from_secs(15);

/// A connection that has idled for longer is tried before it is used: Postgres may have been restarted since.
const FRESH: Duration = Duration::from_secs(1);

/// What every session is told: a peer that vanished is found in seconds, not hours, so that its locks come free.
const SESSION: [(&str, &str); 4] = [
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("idle_in_transaction_session_timeout", "30s"),
];

/// One schema of a Postgres database, and connections that see its tables first. Every service has its own.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
    schema: String,
}

impl Database {
    /// The schema of this name in the database of this URL, with at most so many connections. Connects when it is
    /// first used. Needs session pooling, if there is a pooler between.
    ///
    /// # Errors
    /// The URL cannot be read, or the name is no lower-case word of letters, digits, `-` and `_`.
    pub fn new(url: &str, schema: &str, connections: u32) -> Result<Self, StoreError> {
        if !is_plain(schema) {
            return Err(StoreError::Invalid(format!("{schema:?} is no name of a schema")));
        }
        let options = url
            .parse::<PgConnectOptions>()?
            .application_name(&format!("plimsoll {schema}"))
            .options([("search_path", format!("\"{schema}\""))])
            .options(SESSION);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(|connection, used| {
                Box::pin(async move { Ok(used.idle_for < FRESH || connection.ping().await.is_ok()) })
            })
            .connect_lazy_with(options);
        Ok(Self { pool, schema: schema.to_owned() })
    }

    /// Its connections: a table is named without its schema.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A connection of its own, beside the others: what a session holds is held until it is dropped.
    pub(crate) async fn connect(&self) -> Result<PgConnection, StoreError> {
        let options = self.pool.connect_options();
        match tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options)).await {
            Ok(connection) => Ok(connection?),
            Err(_) => Err(StoreError::Unavailable("no connection in time".to_owned())),
        }
    }

    /// The name of the schema.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.schema
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The options of the connections hold a password.
        f.debug_struct("Database").field("schema", &self.schema).finish_non_exhaustive()
    }
}

pub(crate) fn is_plain(name: &str) -> bool {
    let follows = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() < 40 && name.chars().all(follows)
}

/// Begins a transaction, and whoever stops waiting for that leaves none open. sqlx 0.9.0 loses track of a `BEGIN` that is
/// cancelled on its way (transact-rs/sqlx#4393): the next borrower of the connection would write into a transaction that
/// nobody ever commits, and be told that all is well. A task of its own is not cancelled.
///
/// # Errors
/// The database cannot be reached.
pub async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin().await }).await;
    // The runtime is ending.
    begun.unwrap_or(Err(sqlx::Error::PoolClosed))
}

/// What the database answers, if it does in time. What was asked for may be done all the same.
pub(crate) async fn in_time<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match tokio::time::timeout(ANSWER, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(StoreError::Unavailable("no answer in time".to_owned())),
    }
}
