//! Faults on real processes: the whole stack runs as it does in production (a process, a user and a role for each service, three
//! brokers), people promote, and one thing after another breaks. Then it is counted what was acknowledged and is not there, and
//! what was done twice.
//!
//! `make chaos` runs it; `docs/chaos.md` has the table.

mod api;
mod branches;
mod counts;
mod driver;
mod gate;
mod git;
mod leaves;
mod lines;
mod options;
mod repository;
mod table;

pub use api::{Answer, Client};
pub use branches::{Branch, Change};
pub use counts::{Counts, Event, Seen};
pub use driver::{Acknowledged, Driver, People};
pub use leaves::{Ends, Leaves};
pub use lines::Lines;
pub use options::{Form, Options, USAGE};
pub use repository::Repository;
pub use table::{IN_TIME, Row, table};

/// What ends a run: it is for who started it, so it is words.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;
