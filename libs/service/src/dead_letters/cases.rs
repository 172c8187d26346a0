//! The cases of dead letters: each is an aggregate of its own (`dead-letter/NUMBER`), whose versions decide who may do
//! what with the letter, and whose events tell of it on the topic of its service.

use std::sync::Arc;

use events::{Envelope, Event, Message, Service};
use ids::EventId;
use store::{Commit, DeadLetter, DeadLetterState, NewDeadLetter, Outgoing, Store, StoreError};

use super::case::{Case, End, Opened, aggregate, header, org_of};
use crate::clock::Clock;
use crate::parts::Parts;

/// The cases of a service's dead letters.
#[derive(Clone)]
pub(crate) struct Cases {
    pub(crate) store: Arc<dyn Store>,
    service: Service,
    clock: Arc<dyn Clock>,
}

impl Cases {
    pub(crate) fn new(service: Service, parts: &Parts) -> Self {
        Self { store: Arc::clone(&parts.store), service, clock: Arc::clone(&parts.clock) }
    }

    /// Parks an event and tells of it, each once however often it is called.
    pub(crate) async fn park(&self, letter: &NewDeadLetter) -> Result<i64, StoreError> {
        let id = self.store.park(letter.clone()).await?;
        if self.store.load(org_of(&letter.record), &aggregate(id)).await?.is_none() {
            let letter = self.store.dead_letter(id).await?;
            self.open(letter.ok_or_else(|| StoreError::Damaged(format!("dead letter {id} is gone")))?)
                .await?;
        }
        Ok(id)
    }

    /// The case of a letter. If nobody has told of the letter yet (a crash just after it was parked), this does.
    pub(crate) async fn open(&self, letter: DeadLetter) -> Result<Opened, StoreError> {
        loop {
            let stored = self.store.load(org_of(&letter.letter.record), &aggregate(letter.id)).await?;
            if let Some(stored) = stored {
                return Opened::read(letter, &stored);
            }
            let new = Opened::new(letter.clone());
            match self.commit(&new, Case::default(), Some(new.parked().into())).await {
                Ok(()) | Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks for the letter to be handled again. The consumer finds it by its state.
    pub(crate) async fn ask(&self, opened: &Opened, by: &str) -> Result<(), StoreError> {
        let case = Case { asked_by: Some(by.to_owned()), ..opened.case.clone() };
        self.commit(opened, case, None).await?;
        self.store.set_dead_letter(opened.letter.id, DeadLetterState::Retrying).await
    }

    /// Begins to handle the letter again: whoever read the case before can do nothing with it any more.
    pub(crate) async fn begin(&self, opened: &Opened) -> Result<(), StoreError> {
        let case = Case { begun: opened.case.begun.saturating_add(1), ..opened.case.clone() };
        self.commit(opened, case, None).await
    }

    /// The letter was handled again in vain: it is told once, and the letter is parked as it is now.
    pub(crate) async fn park_again(&self, letter: &DeadLetter) -> Result<(), StoreError> {
        loop {
            let opened = self.open(letter.clone()).await?;
            let begun = opened.case.begun;
            if opened.case.in_vain == begun {
                break;
            }
            let case = Case { in_vain: begun, ..opened.case.clone() };
            match self.commit(&opened, case, Some(opened.parked().into())).await {
                Ok(()) => break,
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.store.park(letter.letter.clone()).await.map(drop)
    }

    /// The letter was handled again.
    pub(crate) async fn handled(&self, opened: &Opened) -> Result<(), StoreError> {
        let case = Case { end: Some(End::Handled), ..opened.case.clone() };
        self.commit(opened, case, Some(opened.retried().into())).await
    }

    /// The letter is given up.
    pub(crate) async fn discarded(&self, opened: &Opened, by: &str, reason: &str) -> Result<(), StoreError> {
        let case = Case { end: Some(End::Discarded), ..opened.case.clone() };
        self.commit(opened, case, Some(opened.discarded(by, reason).into())).await
    }

    /// The state of the letter follows from how its case ended.
    pub(crate) async fn close(&self, id: i64, end: End) -> Result<(), StoreError> {
        let state = match end {
            End::Handled => DeadLetterState::Handled,
            End::Discarded => DeadLetterState::Discarded,
        };
        self.store.set_dead_letter(id, state).await
    }

    /// Has the letter that waits right behind this one handled again, in the name of the same person.
    pub(crate) async fn pass_on(&self, letter: &DeadLetter, by: &str) -> Result<(), StoreError> {
        let NewDeadLetter { consumer, position, record, .. } = &letter.letter;
        let waiting = self.store.waiting(consumer, &position.partition.topic, &record.key, 2).await?;
        let [first, next] = waiting.as_slice() else { return Ok(()) };
        if first.id != letter.id {
            return Ok(());
        }
        loop {
            let opened = self.open(next.clone()).await?;
            if opened.case.end.is_some() {
                return Ok(());
            }
            match self.ask(&opened, by).await {
                Err(StoreError::Conflict { .. }) => {}
                outcome => return outcome,
            }
        }
    }

    async fn commit(&self, opened: &Opened, case: Case, event: Option<Event>) -> Result<(), StoreError> {
        let Opened { letter, version, sequence, .. } = opened;
        let (org, sequence) = (org_of(&letter.letter.record), sequence + u64::from(event.is_some()));
        let state = serde_json::to_value(case).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let outbox = match event {
            Some(event) => vec![self.outgoing(letter, sequence, event)?],
            None => Vec::new(),
        };
        let (aggregate, expected_version) = (aggregate(letter.id), *version);
        let commit = Commit {
            org,
            aggregate,
            expected_version,
            sequence,
            state,
            handled: None,
            command: None,
            outbox,
        };
        self.store.commit(commit).await
    }

    fn outgoing(&self, letter: &DeadLetter, sequence: u64, event: Event) -> Result<Outgoing, StoreError> {
        let record = &letter.letter.record;
        let envelope = Envelope {
            id: EventId::new(self.clock.new_id()),
            source: self.service,
            subject: aggregate(letter.id),
            time: self.clock.now(),
            org: org_of(record),
            sequence,
            causation: header(record, "ce_id"),
            correlation: header(record, "ce_correlation").unwrap_or_else(|| self.clock.new_id()),
            traceparent: record.header("traceparent").map(str::to_owned),
        };
        let record = events::encode(&Message { envelope, event });
        let record = record.map_err(|error| StoreError::Invalid(error.to_string()))?;
        Ok(Outgoing { topic: self.service.topic(), record })
    }
}
