//! Where a service's tables are.

mod doubt;

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, Postgres, Transaction};
use tokio::time::timeout;

use self::doubt::Doubt;
use crate::error::StoreError;

/// After this long without a connection somebody who waits is told.
const PATIENCE: Duration = Duration::from_secs(5);

/// After this long without an answer the server, or the way to it, is given up.
const ANSWER: Duration = Duration::from_secs(15);

/// What nobody waits for any more is ended by the server: whoever asks a service gives up after a minute (docs/kafka.md).
const STATEMENT: Duration = Duration::from_secs(60);

/// What takes long by itself, such as a step of a schema on a large table, is given up after this.
pub(crate) const LONG: Duration = Duration::from_hours(1);

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
///
/// Whatever is asked on its connections is asked in time ([`Database::in_time`]): a server that vanished without a word would be waited
/// for until TCP gives up, since sqlx sets no keepalive.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
    schema: String,
    patience: Duration,
    doubt: Doubt,
}

impl Database {
    /// The schema of this name in the database of this URL, with at most so many connections. Connects when it is
    /// first used. Needs session pooling, if there is a pooler between.
    ///
    /// # Errors
    /// The URL cannot be read, or the name is no lower-case word of letters, digits, `-` and `_`.
    pub fn new(url: &str, schema: &str, connections: u32) -> Result<Self, StoreError> {
        Self::with(url, schema, connections, (ANSWER, STATEMENT))
    }

    /// As [`Database::new`], for work that takes long by itself, on tables that are read or made as a whole: it is given up after an hour.
    ///
    /// # Errors
    /// As [`Database::new`].
    pub fn for_long_work(url: &str, schema: &str, connections: u32) -> Result<Self, StoreError> {
        Self::with(url, schema, connections, (LONG, LONG))
    }

    fn with(
        url: &str,
        schema: &str,
        connections: u32,
        (patience, statement): (Duration, Duration),
    ) -> Result<Self, StoreError> {
        if !is_plain(schema) {
            return Err(StoreError::Invalid(format!("{schema:?} is no name of a schema")));
        }
        let options = url
            .parse::<PgConnectOptions>()?
            .application_name(&format!("plimsoll {schema}"))
            .options([("search_path", format!("\"{schema}\""))])
            .options(SESSION)
            .options([("statement_timeout", milliseconds(statement))]);
        let doubt = Doubt::default();
        let doubted = doubt.clone();
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(|connection, used| {
                Box::pin(async move { Ok(used.idle_for < FRESH || doubt::is_there(connection).await) })
            })
            .after_release(move |connection, _| {
                let doubted = doubted.clone();
                Box::pin(async move { doubted.keeps(connection).await })
            })
            .connect_lazy_with(options);
        Ok(Self { pool, schema: schema.to_owned(), patience, doubt })
    }

    /// Its connections: a table is named without its schema. What is asked on one is asked [in time](Database::in_time).
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// What the database answers, if it does in time: within 15 seconds, but for [long work](Database::for_long_work). What was asked
    /// for may be done all the same.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: there was no answer.
    pub async fn in_time<F: Future>(&self, question: F) -> Result<F::Output, StoreError> {
        self.within(self.patience, question).await
    }

    /// As [`Database::in_time`], within another time. A statement alone is ended by the server after a minute.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: there was no answer.
    pub async fn within<F: Future>(&self, patience: Duration, question: F) -> Result<F::Output, StoreError> {
        let mut question = pin!(question);
        // It is dropped before the question, whose connection then comes back to the pool.
        let asked = self.doubt.ask();
        match timeout(patience, question.as_mut()).await {
            Ok(answer) => {
                asked.answered();
                Ok(answer)
            }
            Err(_) => Err(StoreError::Unavailable("no answer in time".to_owned())),
        }
    }

    /// Begins a transaction, and whoever stops waiting for that leaves none open. sqlx 0.9.0 loses track of a `BEGIN` that is
    /// cancelled on its way (transact-rs/sqlx#4393): the next borrower of the connection would write into a transaction that
    /// nobody ever commits, and be told that all is well. A task of its own is not cancelled.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let (pool, doubt) = (self.pool.clone(), self.doubt.clone());
        let begun = tokio::spawn(async move {
            let mut begun = pin!(pool.begin());
            match timeout(ANSWER, begun.as_mut()).await {
                Ok(begun) => begun,
                Err(_) => {
                    doubt.left_begun();
                    Err(doubt::no_answer())
                }
            }
        });
        // The runtime is ending.
        begun.await.unwrap_or(Err(sqlx::Error::PoolClosed))
    }

    /// A connection of its own, beside the others: what a session holds is held until it is dropped.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn connect(&self) -> Result<PgConnection, StoreError> {
        connect(&self.pool.connect_options()).await
    }

    /// A connection of its own, for what takes long by itself.
    pub(crate) async fn connect_for_long(&self) -> Result<PgConnection, StoreError> {
        let options = (*self.pool.connect_options()).clone();
        connect(&options.options([("statement_timeout", milliseconds(LONG))])).await
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

fn milliseconds(duration: Duration) -> String {
    duration.as_millis().to_string()
}

/// Where a server is: its port, or the directory of its socket.
fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(directory) => directory.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let connected = match timeout(PATIENCE, PgConnection::connect_with(options)).await {
        Ok(connection) => connection.map_err(StoreError::from),
        Err(_) => Err(StoreError::Unavailable("no connection in time".to_owned())),
    };
    connected.map_err(|error| match error {
        StoreError::Unavailable(why) => StoreError::Unavailable(format!("{}: {why}", place(options))),
        other => other,
    })
}
