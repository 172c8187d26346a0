//! Dead letters are handled again: by the lane of their partition, so that nothing of their key comes between.

use std::sync::Arc;

use event_log::{Delivered, PartitionId};
use events::{Frame, Topic};
use store::{DeadLetter, DeadLetterState, NewDeadLetter, Store, StoreError};
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

use super::messages::{Known, Messages};
use super::reader::Wanted;
use super::tries::Verdict;
use super::work::{Stop, Stopped};
use crate::policy::Policy;

impl Messages {
    /// Handles what waits of a key again, as long as somebody asks for it and it works.
    pub(super) async fn drain(&self, partition: &PartitionId, key: &str, stop: &Stop) -> Result<(), Stopped> {
        loop {
            stop.check()?;
            let waiting = || self.parts.store.waiting(self.consumer(), &partition.topic, key, 1);
            let Some(first) = self.tries.store(partition, stop, waiting).await?.pop() else { return Ok(()) };
            if self.retry(partition, first, stop).await? == Next::No {
                return Ok(());
            }
        }
    }

    async fn retry(&self, partition: &PartitionId, letter: DeadLetter, stop: &Stop) -> Result<Next, Stopped> {
        let id = letter.id;
        let open = || self.cases.open(letter.clone());
        let opened = self.tries.store(partition, stop, open).await?;
        if let Some(end) = opened.case.end {
            self.tries.store(partition, stop, || self.cases.close(id, end)).await?;
            return Ok(Next::Yes);
        }
        if letter.state != DeadLetterState::Retrying {
            return Ok(Next::No);
        }
        let begun = || async {
            match self.cases.begin(&opened).await {
                Err(StoreError::Conflict { .. }) => Ok(Next::No),
                outcome => outcome.map(|()| Next::Yes),
            }
        };
        if self.tries.store(partition, stop, begun).await? == Next::No {
            // Somebody was first: what they did is seen when it is looked at again.
            return Ok(Next::Yes);
        }
        let NewDeadLetter { position, record, .. } = letter.letter.clone();
        let delivered = self.anew(Delivered { position: position.clone(), record }).await;
        let verdict = match self.read(&delivered, stop).await? {
            Ok(Known::New(message)) => self.verdict(&position, &message, stop).await?,
            Ok(Known::Handled) => Verdict::Duplicate,
            Err(failure) => Verdict::Faulty { attempts: 1, failure },
        };
        match verdict {
            Verdict::Handled | Verdict::Duplicate => self.settle(partition, &letter, stop).await,
            Verdict::Faulty { attempts, failure } => {
                let NewDeadLetter { attempts: before, .. } = letter.letter;
                let (code, message) = (failure.code().to_owned(), failure.message().to_owned());
                let attempts = before.saturating_add(attempts);
                let again = NewDeadLetter { attempts, code, message, ..letter.letter };
                let again = DeadLetter { letter: again, ..letter };
                tracing::warn!(consumer = self.consumer(), id, code = failure.code(), "parked again");
                self.tries.store(partition, stop, || self.cases.park_again(&again)).await?;
                Ok(Next::No)
            }
        }
    }

    /// A record whose schema was none of ours is read from the log once more: a newer release may know it.
    async fn anew(&self, parked: Delivered) -> Delivered {
        if !Frame::read(&parked.record.value).is_ok_and(|frame| frame.is_foreign()) {
            return parked;
        }
        let Delivered { position, .. } = &parked;
        let found = self.parts.log.read(&position.partition, position.offset, 1).await;
        // Where it cannot be read now, it stays parked as it is.
        found.unwrap_or_default().pop().unwrap_or(parked)
    }

    /// The letter was handled. The next of its key is asked for before, so that a crash between leaves nothing behind.
    async fn settle(
        &self,
        partition: &PartitionId,
        letter: &DeadLetter,
        stop: &Stop,
    ) -> Result<Next, Stopped> {
        let settle = || async {
            let opened = self.cases.open(letter.clone()).await?;
            if opened.case.end.is_none() {
                self.cases.pass_on(letter, opened.asked_by()).await?;
                self.cases.handled(&opened).await?;
            }
            Ok(())
        };
        self.tries.store(partition, stop, settle).await?;
        // The case has ended: the next look at it closes the letter.
        Ok(Next::Yes)
    }
}

/// Whether there may be more to handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Yes,
    No,
}

/// Looks for dead letters that somebody wants handled again, when it is woken and from time to time.
pub(super) async fn watch(
    store: Arc<dyn Store>,
    consumer: &'static str,
    topics: Vec<Topic>,
    policy: Policy,
    mut woken: watch::Receiver<()>,
    wanted: Sender<Wanted>,
) {
    loop {
        match look(&*store, consumer, &topics).await {
            Ok(found) if found.is_empty() => {}
            Ok(found) => {
                if wanted.send(found).await.is_err() {
                    return;
                }
            }
            // The lanes say when the store is away.
            Err(error) => tracing::debug!(code = error.code(), %error, "dead letters cannot be read"),
        }
        // Who could wake it is gone only at the end of the process.
        let _ = tokio::time::timeout(policy.poll, woken.changed()).await;
    }
}

/// How many letters are read at once.
const PAGE: usize = 100;

async fn look(store: &dyn Store, consumer: &str, topics: &[Topic]) -> Result<Wanted, StoreError> {
    let (mut found, mut after) = (Wanted::new(), 0);
    loop {
        let page = store.dead_letters(Some(DeadLetterState::Retrying), after, PAGE).await?;
        for DeadLetter { letter, .. } in &page {
            let partition = &letter.position.partition;
            if letter.consumer == consumer && topics.contains(&partition.topic) {
                found.push((partition.clone(), letter.record.key.clone()));
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = last.id,
            _ => return Ok(found),
        }
    }
}
