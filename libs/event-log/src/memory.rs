//! The log in memory: for tests and for the simulator.
//!
//! It has no task and reads no clock but tokio's, so that it runs the same way under paused time. A [`MemoryLog`] is one
//! client's link to the log: [`MemoryLog::client`] makes another, as of another process, and [`MemoryLog::disconnect`]
//! cuts one off as a lost network would.

mod group;
mod state;
mod subscription;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use events::{Record, Topic};
use time::OffsetDateTime;

use self::state::State;
use self::subscription::MemorySubscription;
use crate::error::LogError;
use crate::limits::Limits;
use crate::position::{Delivered, Group, PartitionId, Position};
use crate::traits::{EventLog, Subscription};

/// A client's link to a log in memory.
#[derive(Debug, Clone)]
pub struct MemoryLog {
    state: Arc<Mutex<State>>,
    link: Arc<Link>,
}

#[derive(Debug)]
struct Link {
    client: u64,
    cut: AtomicBool,
}

impl Default for MemoryLog {
    /// An empty log with the default limits; a member that is cut off keeps its partitions for 10 s.
    fn default() -> Self {
        Self::new(Limits::default(), Duration::from_secs(10))
    }
}

impl MemoryLog {
    /// An empty log. `lease` is how long a member that is cut off, or that does not commit what it was given, keeps its
    /// partitions.
    #[must_use]
    pub fn new(limits: Limits, lease: Duration) -> Self {
        let state = State::new(limits, lease);
        Self {
            state: Arc::new(Mutex::new(state)),
            link: Arc::new(Link { client: 0, cut: AtomicBool::new(false) }),
        }
    }

    /// Another client of the same log.
    #[must_use]
    pub fn client(&self) -> Self {
        let client = self.lock().next_number();
        let link = Link { client, cut: AtomicBool::new(false) };
        Self { state: Arc::clone(&self.state), link: Arc::new(link) }
    }

    /// Cuts this client off: nothing reaches the log, and its members lose their partitions when their leases end.
    pub fn disconnect(&self) {
        self.link.cut.store(true, Ordering::SeqCst);
        self.lock().cut_off(self.link.client);
    }

    /// Ends what [`Self::disconnect`] began.
    pub fn reconnect(&self) {
        self.link.cut.store(false, Ordering::SeqCst);
        self.lock().mend(self.link.client);
    }

    /// The log's time: 1970, and what tokio's clock says that has passed since the log was made.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.lock().now()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, if this client reaches it.
    fn reach(&self) -> Result<MutexGuard<'_, State>, LogError> {
        match self.link.cut.load(Ordering::SeqCst) {
            true => Err(LogError::Unavailable("this client is cut off".to_owned())),
            false => Ok(self.lock()),
        }
    }
}

#[async_trait]
impl EventLog for MemoryLog {
    async fn ensure_topic(&self, topic: &Topic, partitions: u32) -> Result<(), LogError> {
        self.reach()?.ensure_topic(topic, partitions);
        Ok(())
    }

    async fn partitions(&self, topic: &Topic) -> Result<u32, LogError> {
        self.reach()?.partitions(topic)
    }

    async fn append(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        self.reach()?.append(topic, records)
    }

    async fn read(
        &self,
        partition: &PartitionId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        self.reach()?.read(partition, from, limit)
    }

    async fn bounds(&self, partition: &PartitionId) -> Result<Range<u64>, LogError> {
        Ok(0..self.reach()?.end(partition)?)
    }

    async fn offset_at(&self, partition: &PartitionId, time: OffsetDateTime) -> Result<u64, LogError> {
        self.reach()?.offset_at(partition, time)
    }

    async fn committed(&self, group: &Group, partition: &PartitionId) -> Result<u64, LogError> {
        let state = self.reach()?;
        state.end(partition)?;
        Ok(state.committed(group, partition))
    }

    async fn subscribe(&self, group: &Group, topics: &[Topic]) -> Result<Box<dyn Subscription>, LogError> {
        let topics: BTreeSet<Topic> = topics.iter().cloned().collect();
        let mut state = self.reach()?;
        for topic in &topics {
            state.partitions(topic)?;
        }
        let member = state.next_number();
        let woken = state.join(group, member, self.link.client, &topics);
        drop(state);
        Ok(Box::new(MemorySubscription::new(self.clone(), group.clone(), member, topics, woken)))
    }
}
