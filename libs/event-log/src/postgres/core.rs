//! What a process knows of the log, and how it asks the server.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use events::Topic;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::time::timeout;
use uuid::Uuid;

use super::announce::Announcements;
use super::appender::Queues;
use super::connection::Connection;
use super::ends::Ends;
use super::failure::{concerns_all, failure, no_answer};
use super::link::Link;
use super::recent::Recent;
use super::registry::Registry;
use super::settings::Settings;
use super::topics::{KnownTopic, Topics};
use super::{group_store, record_store};
use crate::error::LogError;
use crate::position::PartitionId;

/// A connection that has been idle for this long is tried before it is used.
const FRESH: Duration = Duration::from_secs(1);

/// What a process knows of the log.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) settings: Settings,
    pub(super) process: Uuid,
    pub(super) pool: PgPool,
    pub(super) ends: Ends,
    pub(super) recent: Recent,
    pub(super) members: Registry,
    pub(super) link: Link,
    pub(super) announcements: Announcements,
    pub(super) queues: Queues,
    topics: Topics,
}

impl Core {
    pub(super) fn new(options: PgConnectOptions, settings: Settings) -> Self {
        let milliseconds = |duration: Duration| duration.as_millis().to_string();
        // A process that stops in the middle of something lets go of it.
        let options = options.application_name("plimsoll event log").options([
            ("statement_timeout", milliseconds(settings.request_timeout)),
            ("idle_in_transaction_session_timeout", milliseconds(settings.lease)),
            // A peer that vanished is found in seconds, not hours, so that its locks come free.
            ("tcp_keepalives_idle", "10".to_owned()),
            ("tcp_keepalives_interval", "5".to_owned()),
            ("tcp_keepalives_count", "3".to_owned()),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(settings.connections.max(2))
            .acquire_timeout(settings.request_timeout)
            .test_before_acquire(false)
            .before_acquire(|connection, state| {
                Box::pin(async move {
                    Ok(state.idle_for < FRESH
                        || matches!(timeout(FRESH, connection.ping()).await, Ok(Ok(()))))
                })
            })
            .connect_lazy_with(options);
        Self {
            settings,
            process: Uuid::new_v4(),
            pool,
            ends: Ends::default(),
            recent: Recent::default(),
            members: Registry::new(),
            link: Link::new(),
            announcements: Announcements::default(),
            queues: Queues::default(),
            topics: Topics::default(),
        }
    }

    /// A connection.
    pub(super) async fn connection(&self) -> Result<Connection, LogError> {
        match self.pool.acquire().await {
            Ok(connection) => Ok(Connection::new(connection)),
            Err(sqlx::Error::PoolTimedOut) => Err(self.unanswered()),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// What a statement answers, if it answers in time.
    pub(super) async fn in_time<T>(
        &self,
        statement: impl Future<Output = sqlx::Result<T>>,
    ) -> Result<T, LogError> {
        match timeout(self.settings.request_timeout, statement).await {
            Ok(answer) => answer.map_err(|error| self.failed(error)),
            Err(_) => Err(self.unanswered()),
        }
    }

    fn failed(&self, error: sqlx::Error) -> LogError {
        let link = concerns_all(&error);
        let error = failure(error);
        if link {
            self.link.failed(&error);
        }
        error
    }

    fn unanswered(&self) -> LogError {
        let error = no_answer(self.settings.request_timeout);
        self.link.failed(&error);
        error
    }

    /// A topic.
    pub(super) async fn topic(&self, topic: &Topic) -> Result<Arc<KnownTopic>, LogError> {
        if let Some(known) = self.topics.get(topic) {
            return Ok(known);
        }
        let mut connection = self.connection().await?;
        let ids = self.in_time(record_store::partition_ids(&mut connection, topic)).await?;
        connection.keep();
        if ids.is_empty() {
            return Err(LogError::TopicUnknown(topic.clone()));
        }
        Ok(self.topics.add(topic, ids))
    }

    /// The number of a partition in the database.
    pub(super) async fn partition(&self, partition: &PartitionId) -> Result<i32, LogError> {
        let unknown = || LogError::PartitionUnknown(partition.clone());
        match self.topic(&partition.topic).await {
            Ok(topic) => topic.ids.get(partition.partition as usize).copied().ok_or_else(unknown),
            Err(LogError::TopicUnknown(_)) => Err(unknown()),
            Err(other) => Err(other),
        }
    }

    /// Looks where the partitions end, and wakes whom that concerns.
    pub(super) async fn look(&self) -> Result<(), LogError> {
        let mut connection = self.connection().await?;
        let ends = self.in_time(record_store::ends(&mut connection)).await?;
        connection.keep();
        for (partition, topic, end) in ends {
            if self.ends.raise(partition, end) {
                self.members.wake_readers(&topic);
            }
        }
        Ok(())
    }

    /// Tells the other members of a group that something has changed: those of this process at once, those of others
    /// soon.
    pub(super) fn tell_group(&self, group: &str, but: Uuid) {
        self.members.kick(group, Some(but));
        self.announcements.group(group);
    }

    /// Removes the members that a former run of this instance left behind.
    pub(super) async fn evict_former_self(&self) -> Result<(), LogError> {
        let Some(instance) = &self.settings.instance else { return Ok(()) };
        let mut connection = self.connection().await?;
        self.in_time(group_store::evict(&mut connection, instance, self.process)).await?;
        connection.keep();
        Ok(())
    }
}
