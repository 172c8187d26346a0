//! A member of a group.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use events::Topic;
use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::calls::Calls;
use super::failure::{failure, is_fenced, is_shared_anew, of_code};
use super::instances::Instance;
use super::member::{Member, Told};
use super::poller;
use super::reader::at;
use super::settings::KafkaSettings;
use super::share::{Paused, Share};
use crate::error::LogError;
use crate::lent::Lent;
use crate::position::{Delivered, Group, PartitionId};
use crate::traits::Subscription;

/// Before a commit that met a rebalance is tried again.
const AGAIN: Duration = Duration::from_millis(50);

pub(super) struct KafkaSubscription {
    group: Group,
    member: Arc<Member>,
    calls: Calls,
    lent: Lent<PartitionId>,
    /// Its name in the group. Who is there in its place has it again.
    instance: Option<Instance>,
    ended: oneshot::Receiver<()>,
    request_timeout: Duration,
    /// A member that leaves while the group shares anew is heard when that is done; one that is not heard is forgotten with
    /// its session.
    farewell: Duration,
}

impl KafkaSubscription {
    /// Joins the group. It blocks for as long as librdkafka needs to start.
    pub(super) fn join(
        settings: &KafkaSettings,
        group: &Group,
        instance: Option<Instance>,
        topics: &[Topic],
    ) -> Result<Self, LogError> {
        let fail = |error| failure(&error, group.as_str());
        let member = Arc::new(Member::new(Share::new(settings.session, settings.limits.fetch_bytes)));
        let mut config = settings.member(group.as_str());
        if let Some(instance) = &instance {
            config.set("group.instance.id", instance.name());
        }
        let asked = settings.asked();
        let (group, topics) = (group.clone(), topics.to_vec());
        let told = Told { asked, group: group.clone(), topics: topics.clone(), member: Arc::clone(&member) };
        let consumer = config.create_with_context(told).map_err(fail)?;
        let consumer: Arc<BaseConsumer<Told>> = Arc::new(consumer);
        let names: Vec<&str> = topics.iter().map(Topic::as_str).collect();
        consumer.subscribe(&names).map_err(fail)?;
        let about = format!("{group} of {}", names.join(", "));
        let no_thread = |error: std::io::Error| LogError::Unavailable(error.to_string());
        let calls = Calls::start(Arc::clone(&consumer)).map_err(no_thread)?;
        let ended = poller::start(consumer, Arc::clone(&member), about).map_err(no_thread)?;
        Ok(Self {
            group,
            member,
            calls,
            lent: Lent::default(),
            instance,
            ended,
            request_timeout: settings.request_timeout,
            farewell: settings.session + settings.request_timeout,
        })
    }

    /// What there is for this member now.
    fn take(&mut self, limit: usize) -> Result<Vec<Delivered>, LogError> {
        let mut share = self.member.share();
        if let Some(back) = self.lent.take_returned(|partition| share.epoch(partition)) {
            return Err(self.fenced(&back));
        }
        let taken = share.take(limit.max(1));
        if share.take_has_room() {
            self.member.bell.ring();
        }
        for of_one in taken.chunk_by(|one, next| one.position.partition == next.position.partition) {
            let Some(Delivered { position, .. }) = of_one.last() else { continue };
            let epoch = share.epoch(&position.partition).unwrap_or_default();
            self.lent.give(position.partition.clone(), epoch, position.offset + 1);
        }
        match share.take_trouble() {
            Some(trouble) if taken.is_empty() => Err(trouble),
            _ => Ok(taken),
        }
    }

    fn fenced(&self, partition: &PartitionId) -> LogError {
        LogError::Fenced { group: self.group.clone(), partition: partition.clone() }
    }

    /// Commits once, and answers what the group's coordinator answers. librdkafka tells it only to who waits for it.
    async fn commit_once(
        &self,
        (partition, epoch): (&PartitionId, i64),
        next: u64,
        deadline: Instant,
    ) -> Result<Result<(), Code>, LogError> {
        let about = partition.to_string();
        let offset = Offset::Offset(i64::try_from(next).unwrap_or(i64::MAX));
        let list = at(partition, offset).map_err(|error| failure(&error, &about))?;
        let (member, of) = (Arc::clone(&self.member), partition.clone());
        let answer = self.calls.make(move |consumer| {
            let is_ours = member.share().epoch(&of) == Some(epoch);
            match is_ours {
                true => consumer.commit(&list, CommitMode::Sync),
                // While it waited for its turn, the partition went: another may be further.
                false => Err(KafkaError::ConsumerCommit(Code::AssignmentLost)),
            }
        });
        let Ok(answer) = timeout_at(deadline, answer).await else {
            let seconds = self.request_timeout.as_secs();
            return Err(LogError::Unavailable(format!(
                "{about}: a commit was not answered within {seconds} s"
            )));
        };
        match answer {
            Err(_) => Err(LogError::Ended(format!("the thread that commits {about}"))),
            Ok(Ok(())) => Ok(Ok(())),
            Ok(Err(error)) => error.rdkafka_error_code().map(Err).ok_or_else(|| failure(&error, &about)),
        }
    }

    /// The epoch in which a partition is this member's, if it is the one in which it was delivered.
    fn epoch_as_delivered(&self, partition: &PartitionId) -> Option<i64> {
        let held = self.member.share().epoch(partition)?;
        (self.lent.epoch(partition).unwrap_or(held) == held).then_some(held)
    }
}

#[async_trait]
impl Subscription for KafkaSubscription {
    async fn next(&mut self, limit: usize) -> Result<Vec<Delivered>, LogError> {
        loop {
            let taken = self.take(limit)?;
            if !taken.is_empty() {
                return Ok(taken);
            }
            self.member.woken.notified().await;
        }
    }

    async fn commit(&mut self, partition: &PartitionId, next: u64) -> Result<(), LogError> {
        let deadline = Instant::now() + self.request_timeout;
        loop {
            let Some(epoch) = self.epoch_as_delivered(partition) else {
                self.lent.forget(partition);
                return Err(self.fenced(partition));
            };
            match self.commit_once((partition, epoch), next, deadline).await? {
                Ok(()) => break,
                Err(code) if is_fenced(code) => {
                    self.lent.forget(partition);
                    return Err(self.fenced(partition));
                }
                Err(code) if is_shared_anew(code) && Instant::now() + AGAIN < deadline => sleep(AGAIN).await,
                Err(code) => return Err(of_code(code, &partition.to_string())),
            }
        }
        self.lent.commit(partition, next);
        self.member.share().committed(partition, next);
        Ok(())
    }

    fn assignment(&self) -> Vec<PartitionId> {
        self.member.share().assignment()
    }

    fn pause(&mut self, partitions: &[PartitionId]) {
        self.member.share().set_paused(partitions, Paused::Yes);
    }

    fn resume(&mut self, partitions: &[PartitionId]) {
        self.member.share().set_paused(partitions, Paused::No);
        self.member.woken.notify_one();
    }

    async fn leave(mut self: Box<Self>) -> Result<(), LogError> {
        let (sender, never) = oneshot::channel();
        drop(sender);
        let ended = std::mem::replace(&mut self.ended, never);
        let (group, patience) = (self.group.clone(), self.farewell);
        drop(self);
        match timeout(patience, ended).await {
            Ok(_) => Ok(()),
            Err(_) => Err(LogError::Unavailable(format!("{group}: nobody heard that a member left"))),
        }
    }
}

impl Drop for KafkaSubscription {
    fn drop(&mut self) {
        let mut share = self.member.share();
        // The poller sees it, and closes the consumer.
        share.left = true;
        let another_has_it = share.ended().filter(|why| matches!(why, LogError::Misconfigured(_)));
        if let (Some(instance), Some(why)) = (&self.instance, another_has_it) {
            instance.lose(why.clone());
        }
        drop(share);
        self.member.bell.ring();
    }
}
