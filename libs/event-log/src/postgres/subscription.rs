//! What the consumer calls.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use events::Topic;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::core::Core;
use super::holdings::Wanted;
use super::record_store::{Fetch, Fetched};
use super::registry::Member;
use super::{Session, group_store, membership, record_store};
use crate::error::LogError;
use crate::lent::Lent;
use crate::position::{Delivered, Group, PartitionId};
use crate::traits::Subscription;

/// Who asks again and again while the server cannot be reached is answered once in this time.
const RETRY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct PostgresSubscription {
    // The tasks that the member depends on live as long as this.
    session: Arc<Session>,
    member: Arc<Member>,
    task: JoinHandle<Result<(), LogError>>,
    refused: bool,
    lent: Lent<i32>,
    /// It outlives the call that began it, should that be given up: so whoever gives up soon gets somewhere too.
    reading: Option<Reading>,
}

#[derive(Debug)]
struct Reading {
    wanted: Vec<Wanted>,
    found: JoinHandle<Result<Vec<Fetched>, LogError>>,
}

impl PostgresSubscription {
    pub(super) async fn join(
        session: Arc<Session>,
        group: Group,
        topics: BTreeSet<Topic>,
    ) -> Result<Self, LogError> {
        let mut partitions = HashMap::new();
        for topic in &topics {
            partitions.extend(session.core.topic(topic).await?.partitions(topic));
        }
        let member = Arc::new(Member::new(group, topics, partitions));
        let (joined, join) = oneshot::channel();
        let task = tokio::spawn(membership::run(Arc::clone(&session.core), Arc::clone(&member), joined));
        // From here on it is left when it is dropped: who gives up waiting would leave a member that holds partitions and
        // reads nothing, for as long as this process lives.
        let subscription =
            Self { session, member, task, refused: false, lent: Lent::default(), reading: None };
        join.await.map_err(|_| ending())??;
        Ok(subscription)
    }

    fn core(&self) -> &Core {
        &self.session.core
    }

    fn id(&self, partition: &PartitionId) -> Result<i32, LogError> {
        let known = self.member.partitions.iter().find(|(_, known)| *known == partition);
        known.map(|(id, _)| *id).ok_or_else(|| self.fenced(partition))
    }

    fn fenced(&self, partition: &PartitionId) -> LogError {
        LogError::Fenced { group: self.member.group.clone(), partition: partition.clone() }
    }

    /// What there is for this member; none if it has to wait.
    async fn take(&mut self, limit: usize) -> Result<Option<Vec<Delivered>>, LogError> {
        if let Some(error) = self.session.core.link.why() {
            return Err(error);
        }
        if let Some(error) = self.came_back() {
            return Err(error);
        }
        if self.reading.is_none() {
            let core = &self.session.core;
            let wanted = self.member.holdings().wanted(&core.ends, limit, Instant::now());
            if wanted.is_empty() {
                return Ok(None);
            }
            let from = wanted.iter().map(|wanted| (wanted.partition, wanted.position));
            let fetch = Fetch::shared(from, limit, core.settings.limits.fetch_bytes);
            if let Some(found) = core.recent.find(&wanted, &fetch) {
                return Ok(Some(self.deliver(&wanted, found, limit)));
            }
            let found = tokio::spawn(read(Arc::clone(core), wanted.clone(), fetch));
            self.reading = Some(Reading { wanted, found });
        }
        let Some(reading) = &mut self.reading else { return Ok(None) };
        let found = (&mut reading.found).await.map_err(|_| ending());
        let Some(Reading { wanted, .. }) = self.reading.take() else { return Ok(None) };
        Ok(Some(self.deliver(&wanted, found??, limit)))
    }

    /// Delivers what is this member's still.
    fn deliver(&mut self, wanted: &[Wanted], found: Vec<Fetched>, limit: usize) -> Vec<Delivered> {
        let mut delivered = Vec::with_capacity(found.len());
        let mut found = found.into_iter().peekable();
        for wanted in wanted {
            let Some(partition) = self.member.partitions.get(&wanted.partition) else { continue };
            let mut own = Vec::new();
            while let Some(record) = found.next_if(|record| record.partition == wanted.partition) {
                own.push(record);
            }
            // Whoever gave up waiting may have asked for more then than now.
            own.truncate(limit - delivered.len());
            let Some(last) = own.last() else { continue };
            let next = last.offset + 1;
            if self.member.holdings().deliver(wanted, next, Instant::now()) {
                self.lent.give(wanted.partition, wanted.epoch, next);
                delivered.extend(own.into_iter().map(|record| record.delivered(partition)));
            }
        }
        delivered
    }

    /// Tells of a partition that went to another member and came back while its records were in hand.
    fn came_back(&mut self) -> Option<LogError> {
        let holdings = self.member.holdings();
        let back = self.lent.take_returned(|id| holdings.epoch(*id))?;
        self.member.partitions.get(&back).map(|partition| self.fenced(partition))
    }

    fn each_cursor(&self, partitions: &[PartitionId], paused: bool) {
        let mut holdings = self.member.holdings();
        for id in partitions.iter().filter_map(|partition| self.id(partition).ok()) {
            if let Some(cursor) = holdings.cursor(id) {
                cursor.paused = paused;
            }
        }
    }

    fn epoch(&self, id: i32, partition: &PartitionId) -> Result<i64, LogError> {
        let epoch = self.lent.epoch(&id).or_else(|| self.member.holdings().epoch(id));
        epoch.ok_or_else(|| self.fenced(partition))
    }
}

#[async_trait]
impl Subscription for PostgresSubscription {
    async fn next(&mut self, limit: usize) -> Result<Vec<Delivered>, LogError> {
        let limit = limit.max(1);
        if self.refused {
            let _ = timeout(RETRY, self.core().link.until_mended()).await;
        }
        loop {
            let taken = self.take(limit).await;
            self.refused = taken.is_err();
            match taken? {
                Some(delivered) if delivered.is_empty() => {}
                Some(delivered) => return Ok(delivered),
                None => self.member.woken.notified().await,
            }
        }
    }

    async fn commit(&mut self, partition: &PartitionId, next: u64) -> Result<(), LogError> {
        let id = self.id(partition)?;
        let epoch = self.epoch(id, partition)?;
        let core = self.core();
        let mut connection = core.connection().await?;
        let commit = group_store::commit(&mut connection, &self.member, id, epoch, next);
        let committed = core.in_time(commit).await?;
        connection.keep();
        if !committed {
            self.lent.forget(&id);
            self.member.holdings().lose(id, epoch);
            self.member.kicked.notify_one();
            return Err(self.fenced(partition));
        }
        self.lent.commit(&id, next);
        let mut holdings = self.member.holdings();
        if let Some(cursor) = holdings.cursor(id).filter(|cursor| cursor.epoch == epoch) {
            cursor.commit(next);
            if cursor.may_go(Instant::now()) {
                self.member.kicked.notify_one();
            }
        }
        Ok(())
    }

    fn assignment(&self) -> Vec<PartitionId> {
        let held = self.member.holdings().partitions().collect::<Vec<_>>();
        let mut partitions: Vec<_> =
            held.iter().filter_map(|id| self.member.partitions.get(id)).cloned().collect();
        partitions.sort();
        partitions
    }

    fn pause(&mut self, partitions: &[PartitionId]) {
        self.each_cursor(partitions, true);
    }

    fn resume(&mut self, partitions: &[PartitionId]) {
        self.each_cursor(partitions, false);
    }

    async fn leave(mut self: Box<Self>) -> Result<(), LogError> {
        self.member.closing.cancel();
        (&mut self.task).await.map_err(|_| ending())?
    }
}

impl Drop for PostgresSubscription {
    fn drop(&mut self) {
        self.member.closing.cancel();
    }
}

async fn read(core: Arc<Core>, wanted: Vec<Wanted>, fetch: Fetch) -> Result<Vec<Fetched>, LogError> {
    let mut connection = core.connection().await?;
    let found = core.in_time(record_store::fetch(&mut connection, &fetch)).await?;
    connection.keep();
    let is_missing = |wanted: &&Wanted| found.iter().all(|record| record.partition != wanted.partition);
    let missing: Vec<&Wanted> = wanted.iter().filter(is_missing).collect();
    if !missing.is_empty() {
        // The database was put back to an earlier state: what was known of it is forgotten, and looked up.
        for wanted in missing {
            core.ends.correct(wanted.partition, wanted.end, wanted.position);
            core.recent.forget(wanted.partition);
        }
        core.look().await?;
    }
    Ok(found)
}

fn ending() -> LogError {
    LogError::Unavailable("the process is ending".to_owned())
}
