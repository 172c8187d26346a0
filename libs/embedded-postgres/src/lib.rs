//! The private Postgres of `plimsoll up`.
//!
//! [`Database::open`] takes the operator's database if there is one and otherwise starts a Postgres of its own:
//! [`Postgres::start`] finds the programs ([`Lookup`]), initialises a data directory, starts the server on a Unix socket,
//! keeps it running ([`Status`]) and stops it. The server does not outlive this process, however that ends. [`diagnose`]
//! tells what is missing. Every [`Error`] has a code and a page in `runbooks/`.
//!
//! Two things are up to the caller: to call [`Running::stop`] when the services have drained, and, under systemd, to set
//! `KillMode=mixed`, so that a stop does not signal Postgres before its clients are done.
//!
//! # For tests
//!
//! With the feature `testing` (in `[dev-dependencies]`: `embedded-postgres = { workspace = true, features =
//! ["testing"] }`):
//!
//! ```ignore
//! use embedded_postgres::testing::TestPostgres;
//!
//! #[tokio::test]
//! async fn stores_and_reads() {
//!     let database = TestPostgres::shared().await.database().await; // empty, and this test's alone
//!     let pool = database.pool().await;                             // or sqlx::…::connect(database.url())
//! }
//! ```
//!
//! There is one server for each test process; it ends with the process, also when that is killed, and its data are
//! removed. `TestPostgres::private()` is a server of the test's own, which the test may kill.

mod bootstrap;
mod complaint;
mod data_directory;
mod database;
mod diagnose;
mod error;
mod identity;
mod initialise;
mod leftovers;
mod lock;
mod pid_file;
mod postgres;
mod programs;
mod server;
mod settings;
mod sockets;
mod stale;
mod supervisor;
#[cfg(feature = "testing")]
pub mod testing;
mod url;
mod watched;

pub use crate::database::Database;
pub use crate::diagnose::{Check, diagnose};
pub use crate::error::Error;
pub use crate::postgres::{Options, Postgres, Running};
pub use crate::programs::{Lookup, Programs, SUPPORTED};
pub use crate::settings::Durability;
pub use crate::supervisor::Status;
pub use crate::url::DatabaseUrl;
