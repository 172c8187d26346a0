//! The log in Postgres: durable, shared by processes, and no broker to run.
//!
//! | file | its one job |
//! |---|---|
//! | `record_store.rs`, `group_store.rs` | every statement |
//! | `core.rs` | what a process knows: connections, topics, ends, members |
//! | `appender.rs` | appends that wait for one another become one statement |
//! | `recent.rs` | the end of the log, as far as this process wrote it |
//! | `holdings.rs`, `rebalance.rs`, `membership.rs` | what a member holds, how shares move, the task that sees to it |
//! | `beat.rs`, `follow.rs`, `announce.rs` | three tasks a process: leases, news from other processes, news for them |
//! | `subscription.rs` | what the consumer calls |

mod announce;
mod appender;
mod beat;
mod connection;
mod core;
mod ends;
mod failure;
mod follow;
mod group_store;
mod holdings;
mod link;
mod membership;
mod migrations;
mod rebalance;
mod recent;
mod record_store;
mod registry;
mod settings;
mod subscription;
mod topics;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use events::{Record, Topic};
use sqlx::postgres::PgConnectOptions;
use time::OffsetDateTime;
use tokio::task::JoinSet;

use self::core::Core;
use self::subscription::PostgresSubscription;
use crate::error::LogError;
use crate::position::{Delivered, Group, PartitionId, Position};
use crate::traits::{EventLog, Subscription};

pub use self::settings::Settings;

/// The log in Postgres. A process needs one; clones share it.
#[derive(Debug, Clone)]
pub struct PostgresLog {
    session: Arc<Session>,
}

/// What a process knows, and the tasks that keep it so. They end with the last log and the last subscription.
#[derive(Debug)]
struct Session {
    core: Arc<Core>,
    _tasks: JoinSet<()>,
}

impl PostgresLog {
    /// Connects, and brings the schema `log` of the database up to date.
    ///
    /// # Errors
    /// The server cannot be reached, or its schema is a newer one than this version knows.
    pub async fn connect(options: PgConnectOptions, settings: Settings) -> Result<Self, LogError> {
        let core = Arc::new(Core::new(options, settings));
        migrations::run(&core).await?;
        core.evict_former_self().await?;
        let mut tasks = JoinSet::new();
        tasks.spawn(beat::beat(Arc::clone(&core)));
        tasks.spawn(follow::follow(Arc::clone(&core)));
        tasks.spawn(announce::announce(Arc::clone(&core)));
        Ok(Self { session: Arc::new(Session { core, _tasks: tasks }) })
    }

    fn core(&self) -> &Arc<Core> {
        &self.session.core
    }
}

#[async_trait]
impl EventLog for PostgresLog {
    async fn ensure_topic(&self, topic: &Topic, partitions: u32) -> Result<(), LogError> {
        let count = i32::try_from(partitions.max(1)).unwrap_or(i32::MAX);
        let mut connection = self.core().connection().await?;
        self.core().in_time(record_store::ensure_topic(&mut connection, topic, count)).await?;
        connection.keep();
        Ok(())
    }

    async fn partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        let count = self.core().topic(topic).await?.ids.len();
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn append(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        appender::append(self.core(), topic, records).await
    }

    async fn read(
        &self,
        partition: &PartitionId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        let id = self.core().partition(partition).await?;
        let fetch = record_store::Fetch::one(id, from, limit, self.core().settings.limits.fetch_bytes);
        let mut connection = self.core().connection().await?;
        let found = self.core().in_time(record_store::fetch(&mut connection, &fetch)).await?;
        connection.keep();
        Ok(found.into_iter().map(|record| record.delivered(partition)).collect())
    }

    async fn bounds(&self, partition: &PartitionId) -> Result<Range<u64>, LogError> {
        let id = self.core().partition(partition).await?;
        let mut connection = self.core().connection().await?;
        let end = self.core().in_time(record_store::end(&mut connection, id)).await?;
        connection.keep();
        Ok(0..end)
    }

    async fn offset_at(&self, partition: &PartitionId, time: OffsetDateTime) -> Result<u64, LogError> {
        let id = self.core().partition(partition).await?;
        let mut connection = self.core().connection().await?;
        let found = self.core().in_time(record_store::offset_at(&mut connection, id, time)).await?;
        connection.keep();
        Ok(found)
    }

    async fn committed(&self, group: &Group, partition: &PartitionId) -> Result<u64, LogError> {
        let id = self.core().partition(partition).await?;
        let mut connection = self.core().connection().await?;
        let committed = self.core().in_time(group_store::committed(&mut connection, group, id)).await?;
        connection.keep();
        Ok(committed)
    }

    async fn subscribe(&self, group: &Group, topics: &[Topic]) -> Result<Box<dyn Subscription>, LogError> {
        let topics: BTreeSet<Topic> = topics.iter().cloned().collect();
        let subscription =
            PostgresSubscription::join(Arc::clone(&self.session), group.clone(), topics).await?;
        Ok(Box::new(subscription))
    }
}
