//! The loop that takes records from the log, gives them to lanes, and commits what they have done.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use event_log::{Delivered, LogError, PartitionId, Subscription};
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};
use tokio::time::{Instant, sleep_until};

use super::book::Book;
use super::probe::Probe;
use super::work::{Progress, Work};
use crate::backoff::lot;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::policy::Policy;
use crate::task::Running;

/// Keys of partitions whose dead letters somebody wants handled again.
pub(crate) type Wanted = Vec<(PartitionId, String)>;

/// A member of a consumer group.
pub(crate) struct Reader {
    pub(super) subscription: Box<dyn Subscription>,
    pub(super) book: Book,
    pub(super) progress: UnboundedReceiver<Progress>,
    pub(super) policy: Policy,
    running: Running,
    clock: Arc<dyn Clock>,
    wanted: Receiver<Wanted>,
    probe: Probe,
    failures: u32,
    is_held_up: bool,
    read_from: Instant,
}

enum Seen {
    Shutdown,
    CommitDue,
    Resume(PartitionId),
    Wanted(Wanted),
    Records(Result<Vec<Delivered>, LogError>),
    /// Nothing: time to see whether all lanes are well, and whether the log is back.
    Tick,
}

impl Reader {
    pub(crate) fn new(
        subscription: Box<dyn Subscription>,
        work: Arc<dyn Work>,
        (wanted, probe): (Receiver<Wanted>, Probe),
        clock: Arc<dyn Clock>,
        policy: Policy,
        running: Running,
    ) -> Self {
        let (book, progress) = Book::new(work, policy, running.shutdown.clone());
        Self {
            subscription,
            book,
            progress,
            policy,
            running,
            clock,
            wanted,
            probe,
            failures: 0,
            is_held_up: false,
            read_from: Instant::now(),
        }
    }

    /// Reads until the task is told to stop.
    pub(crate) async fn run(mut self) -> Result<(), Failure> {
        self.running.component.ready();
        loop {
            match self.wait().await {
                Seen::Shutdown => return self.finish().await,
                Seen::CommitDue => self.commit().await?,
                Seen::Resume(partition) => self.subscription.resume(&[partition]),
                Seen::Wanted(wanted) => self.again(wanted),
                Seen::Records(Ok(records)) => self.take(records),
                Seen::Records(Err(error)) => self.read_failed(error)?,
                Seen::Tick => self.look().await,
            }
            self.follow_assignment();
            self.tell_what_holds_up();
            // At a shutdown lanes end by themselves: looked at after they were seen to have ended.
            if self.book.is_broken() && !self.running.shutdown.is_cancelled() {
                return Err(Failure::unhandled("TASK_PANICKED", "a lane of the consumer ended by itself"));
            }
        }
    }

    /// Waits for something to do. What lanes report meanwhile is noted without a new question to the log.
    async fn wait(&mut self) -> Seen {
        let Self { subscription, book, progress, wanted, running, policy, read_from, .. } = self;
        let reading = async {
            sleep_until(*read_from).await;
            subscription.next(policy.batch).await
        };
        tokio::pin!(reading);
        let tick = Instant::now() + policy.poll;
        loop {
            return tokio::select! {
                biased;
                () = running.shutdown.cancelled() => Seen::Shutdown,
                Some(progress) = progress.recv() => match book.note(progress) {
                    Some(partition) => Seen::Resume(partition),
                    None => continue,
                },
                () = due(book.commit_at) => Seen::CommitDue,
                Some(wanted) = wanted.recv() => Seen::Wanted(wanted),
                records = &mut reading => Seen::Records(records),
                () = sleep_until(tick) => Seen::Tick,
            };
        }
    }

    fn take(&mut self, records: Vec<Delivered>) {
        self.log_is_back();
        self.follow_assignment();
        let mut by_partition = BTreeMap::<PartitionId, Vec<Delivered>>::new();
        for record in records {
            by_partition.entry(record.position.partition.clone()).or_default().push(record);
        }
        for (partition, records) in by_partition {
            if records.first().is_some_and(|first| self.book.had(&partition, first.position.offset)) {
                self.revoke(&partition);
            }
            if self.book.give(&partition, records) {
                self.subscription.pause(&[partition]);
            }
        }
    }

    fn again(&mut self, wanted: Wanted) {
        let assigned = self.subscription.assignment();
        for (partition, key) in wanted.into_iter().filter(|(partition, _)| assigned.contains(partition)) {
            self.book.again(&partition, key);
        }
    }

    /// The records of partitions that are not this member's any more are dropped: another has them.
    fn follow_assignment(&mut self) {
        if self.book.is_empty() {
            return;
        }
        for partition in self.book.strays(&self.subscription.assignment()) {
            self.revoke(&partition);
        }
    }

    pub(super) fn revoke(&mut self, partition: &PartitionId) {
        if self.book.revoke(partition) {
            self.subscription.resume(std::slice::from_ref(partition));
        }
    }

    fn read_failed(&mut self, error: LogError) -> Result<(), Failure> {
        match error {
            // It was another member's in between: what the lane has left is that one's, or comes again.
            LogError::Fenced { partition, .. } => self.revoke(&partition),
            error if error.is_transient() => self.read_from = self.log_is_away(error.into()),
            error => return Err(error.into()),
        }
        Ok(())
    }

    /// Notes that the log is away. Gives the time of the next try.
    pub(super) fn log_is_away(&mut self, failure: Failure) -> Instant {
        self.failures = self.failures.saturating_add(1);
        if self.failures == 1 {
            tracing::warn!(code = failure.code(), error = %failure, "the log is away");
        }
        self.running.component.away("log", &failure);
        let delay: Duration = self.policy.backoff.delay(self.failures, lot(&*self.clock));
        Instant::now() + delay
    }

    /// A log that is back may have no record for this member, and would be taken for away until it has.
    async fn look(&mut self) {
        if self.failures > 0 && self.probe.is_answered().await {
            self.log_is_back();
        }
    }

    /// Partitions may wait for something else than the log, whose answers do not say that this is back.
    fn tell_what_holds_up(&mut self) {
        let trouble = self.subscription.held_up().map(Failure::from);
        let was_held_up = std::mem::replace(&mut self.is_held_up, trouble.is_some());
        match trouble {
            Some(failure) => {
                if !was_held_up {
                    tracing::warn!(code = failure.code(), error = %failure, "partitions wait for their schemas");
                }
                self.running.component.away("schemas", &failure);
            }
            None if was_held_up => self.running.component.back("schemas"),
            None => {}
        }
    }

    pub(super) fn log_is_back(&mut self) {
        if std::mem::take(&mut self.failures) > 0 {
            self.running.component.back("log");
        }
    }
}

pub(super) async fn due(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
