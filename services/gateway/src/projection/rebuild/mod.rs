//! Making the projection again from the log, beside the one that answers.
//!
//! A [`Follower`](follower) folds the log into a schema of its own, with the consumer's own code, until it is where the
//! consumer is. For a moment the consumer folds nothing, so that both are at one place and one snapshot sees both: there
//! they are [compared](compare). To [swap](swap) them is to rename their tables in one transaction. Since each carries the
//! number of the last event that it has seen of each aggregate, the position of the consumer's group stays as it is.

mod compare;
mod digest;
mod follower;
mod swap;
mod tables;

use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, Group, PartitionId};
use serde::Serialize;
use service::{Failure, Parts};
use store::{Database, Store, StoreError};

use self::follower::{Follower, Overtaken};
use self::swap::{Scratch, Swap};
use crate::projection::store::MIGRATIONS;
use crate::projection::{CONSUMER, topics};

pub use self::compare::{ComparedTable, Comparison};
pub use self::digest::TableDigest;

/// The name of the projection.
pub const PROJECTION: &str = CONSUMER;

/// The projection and the log that it follows, for who looks after them.
pub struct ProjectionOperations {
    url: String,
    log: Arc<dyn EventLog>,
    store: Arc<dyn Store>,
    database: Database,
}

/// How the projection stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectionStatus {
    /// Its name.
    pub name: &'static str,
    /// How many records of the log it is done with.
    pub position: u64,
    /// How many are there that it is not done with.
    pub behind: u64,
    /// The digest of its tables.
    pub digest: String,
    /// Each of them.
    pub tables: Vec<TableDigest>,
}

/// What a rebuild has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// The projection.
    pub name: &'static str,
    /// How many records of the log were read.
    pub records: u64,
    /// Whether the tables that were made anew answer now.
    pub swapped: bool,
    /// How they compare with those that answered before.
    pub comparison: Comparison,
}

/// What is to be done with tables that were made anew and are not equal to those that answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differences {
    /// They are thrown away.
    Refuse,
    /// They take the others' place all the same.
    Accept,
}

/// After so many tries to find a moment, somebody has to look.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_secs(1);

impl ProjectionOperations {
    /// The projection in the database of this URL, with the gateway's parts.
    ///
    /// # Errors
    /// The URL cannot be read.
    pub fn new(url: &str, parts: &Parts) -> Result<Self, Failure> {
        let database = Database::for_long_work(url, CONSUMER, 3)?;
        let (log, store) = (Arc::clone(&parts.log), Arc::clone(&parts.store));
        Ok(Self { url: url.to_owned(), log, store, database })
    }

    /// How it stands.
    ///
    /// # Errors
    /// The database or the log cannot be reached, or there is no projection of this release (`PROJECTION_NOT_READY`).
    pub async fn status(&self) -> Result<ProjectionStatus, Failure> {
        is_ready(&self.database).await?;
        let (mut position, mut end) = (0, 0);
        let group = Group::new(CONSUMER);
        for topic in topics() {
            for partition in 0..self.log.partitions(&topic).await? {
                let partition = PartitionId { topic: topic.clone(), partition };
                position += self.log.committed(&group, &partition).await?;
                end += self.log.bounds(&partition).await?.end;
            }
        }
        let tables = self.database.in_time(self.digests()).await?.map_err(StoreError::from)?;
        let digest = digest::of_all(&tables);
        Ok(ProjectionStatus {
            name: PROJECTION,
            position,
            behind: end.saturating_sub(position),
            digest,
            tables,
        })
    }

    /// Makes it again from the first record on and compares; what was made is thrown away.
    ///
    /// # Errors
    /// As [`Self::status`], somebody else does the same now (`PROJECTION_BUSY`), or an event cannot be read.
    pub async fn check(&self, tell: impl Fn(u64)) -> Result<Rebuilt, Failure> {
        is_ready(&self.database).await?;
        let scratch = Scratch::make(&self.url, &format!("{CONSUMER}_replay")).await?;
        let made = self.made(&scratch, &tell).await;
        tidy(scratch).await;
        let (follower, comparison) = made?;
        Ok(Rebuilt { name: PROJECTION, records: follower.records(), swapped: false, comparison })
    }

    /// Makes it again from the first record on and, if it is equal or `differences` are accepted, has it answer in place of
    /// the one that did.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub async fn rebuild(&self, differences: Differences, tell: impl Fn(u64)) -> Result<Rebuilt, Failure> {
        is_ready(&self.database).await?;
        let scratch = Scratch::make(&self.url, &format!("{CONSUMER}_rebuild")).await?;
        let rebuilt = self.rebuilt(&scratch, differences, &tell).await;
        tidy(scratch).await;
        rebuilt
    }

    async fn rebuilt(
        &self,
        scratch: &Scratch,
        differences: Differences,
        tell: &impl Fn(u64),
    ) -> Result<Rebuilt, Failure> {
        let (mut follower, mut comparison) = self.made(scratch, tell).await?;
        let mut swapped = false;
        for _ in 0..TRIES {
            if differences == Differences::Refuse && !comparison.is_equal() {
                break;
            }
            follower.follow().await?;
            let swap = swap::swap(&self.database, scratch, &mut follower);
            match self.database.in_time(swap).await?? {
                Swap::Done => swapped = true,
                Swap::Held => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Swap::Overtaken(Overtaken) => {
                    (follower, comparison) = self.made(scratch, tell).await?;
                    continue;
                }
            }
            break;
        }
        if !swapped && (differences == Differences::Accept || comparison.is_equal()) {
            return Err(busy("its tables were held by others each time that they were to be swapped"));
        }
        Ok(Rebuilt { name: PROJECTION, records: follower.records(), swapped, comparison })
    }

    /// The tables, made anew, and how they compare.
    async fn made(&self, scratch: &Scratch, tell: &impl Fn(u64)) -> Result<(Follower, Comparison), Failure> {
        for _ in 0..TRIES {
            let projections = scratch.empty().await?;
            let mut follower = Follower::new(&self.log, &self.store, projections).await?;
            // Under load there are always a few more, which the last step folds.
            while follower.follow().await? > FEW {
                tell(follower.records());
            }
            if follower.records() == 0 && self.has_seen_something().await? {
                return Err(not_ready(
                    "its tables are of events, and this log has none: is it the installation's (`kafka`)?",
                ));
            }
            match self.database.in_time(self.compare(scratch, &mut follower)).await?? {
                Ok(comparison) => return Ok((follower, comparison)),
                Err(Overtaken) => tokio::time::sleep(PAUSE).await,
            }
        }
        Err(busy("parked events are being handled each time that it is made again"))
    }

    async fn has_seen_something(&self) -> Result<bool, StoreError> {
        let asked = sqlx::query_scalar("SELECT EXISTS (SELECT FROM seen)").fetch_one(self.database.pool());
        Ok(self.database.in_time(asked).await??)
    }

    async fn compare(
        &self,
        scratch: &Scratch,
        follower: &mut Follower,
    ) -> Result<Result<Comparison, Overtaken>, Failure> {
        let wrong = StoreError::from;
        let mut still = swap::still(&self.database).await.map_err(wrong)?;
        if let Err(overtaken) = follower.close_up(&mut still).await? {
            return Ok(Err(overtaken));
        }
        let mut snapshot = self.database.begin().await.map_err(wrong)?;
        digest::freeze(&mut snapshot).await.map_err(wrong)?;
        still.rollback().await.map_err(wrong)?;
        let compared = compare::compare(&mut snapshot, self.database.schema(), scratch.schema()).await;
        Ok(Ok(compared.map_err(wrong)?))
    }

    async fn digests(&self) -> Result<Vec<TableDigest>, sqlx::Error> {
        let mut snapshot = self.database.begin().await?;
        digest::freeze(&mut snapshot).await?;
        digest::of_schema(&mut snapshot, self.database.schema()).await
    }
}

/// The tables of the projection in the database of this URL have to be those of this release, as a gateway of it makes them at its
/// start. Nothing is made.
///
/// # Errors
/// They are not (`PROJECTION_NOT_READY`), or the database cannot be reached.
pub async fn projection_is_ready(url: &str) -> Result<(), Failure> {
    let database = Database::new(url, CONSUMER, 1)?;
    // Who cannot be reached is named by this, and not by the pool.
    drop(database.connect().await?);
    is_ready(&database).await
}

async fn is_ready(database: &Database) -> Result<(), Failure> {
    let asked = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM migrations_gateway WHERE success")
        .fetch_one(database.pool());
    let made: Result<i64, sqlx::Error> = database.in_time(asked).await?;
    let known = MIGRATIONS.last().map_or(0, |step| step.version);
    match made {
        Ok(made) if made == known => Ok(()),
        Ok(made) => Err(not_ready(&format!("its tables are at step {made}, and this release is at {known}"))),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => {
            Err(not_ready("no gateway has made its tables yet"))
        }
        Err(error) => Err(StoreError::from(error).into()),
    }
}

/// What came of it is known; what is left lying about, the next run removes.
async fn tidy(scratch: Scratch) {
    let schema = scratch.schema().to_owned();
    if let Err(error) = scratch.end().await {
        tracing::warn!(%error, schema, "the schema that it was made in is left behind");
    }
}

/// A consumer takes about as many at once.
const FEW: u64 = 200;

/// Postgres' code for a table that is not there.
const UNDEFINED_TABLE: &str = "42P01";

fn not_ready(why: &str) -> Failure {
    Failure::unhandled("PROJECTION_NOT_READY", format!("{PROJECTION}: {why}"))
}

fn busy(why: &str) -> Failure {
    Failure::unhandled("PROJECTION_BUSY", format!("{PROJECTION}: {why}"))
}

#[cfg(test)]
mod tests;
