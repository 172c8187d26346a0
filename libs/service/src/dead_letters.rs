//! What operators do with events that could not be handled.

mod case;
mod cases;
mod error;
mod everywhere;
mod grpc;
mod place;

use std::sync::Arc;

use events::Service;
use store::{DeadLetter, DeadLetterState, Store, StoreError};

pub(crate) use case::End;
pub(crate) use cases::Cases;
pub use error::DeadLetterError;
pub use everywhere::AllDeadLetters;
pub use grpc::DeadLetterOperations;

use crate::parts::{Parts, RetrySignal};

/// The dead letters of a service: of all its consumers, whichever process they are in.
#[derive(Clone)]
pub struct DeadLetters {
    service: Service,
    store: Arc<dyn Store>,
    cases: Cases,
    retries: RetrySignal,
}

/// Somebody else changed the case in between so often that something is wrong.
const ATTEMPTS: usize = 10;

impl DeadLetters {
    /// Those of a service with these parts.
    #[must_use]
    pub fn new(service: Service, parts: &Parts) -> Self {
        let (store, retries) = (Arc::clone(&parts.store), parts.retries.clone());
        Self { service, store, cases: Cases::new(service, parts), retries }
    }

    /// The service.
    #[must_use]
    pub fn service(&self) -> Service {
        self.service
    }

    /// Where they are kept.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The dead letter of this number.
    ///
    /// # Errors
    /// There is none, or the store cannot be reached.
    pub async fn get(&self, id: i64) -> Result<DeadLetter, DeadLetterError> {
        let name = || self.name(id);
        self.store.dead_letter(id).await?.ok_or_else(|| DeadLetterError::NotFound { id: name() })
    }

    /// Has the event handled again by the consumer that parked it, and after it those that wait behind it, in order. When
    /// this answers, it is asked for; the letter's state tells what has become of it. Asking twice is asking once.
    ///
    /// # Errors
    /// There is no such letter, it waits behind another, it is done with, or the store cannot be reached.
    pub async fn retry(&self, id: i64, by: &str) -> Result<DeadLetter, DeadLetterError> {
        for _ in 0..ATTEMPTS {
            let letter = self.get(id).await?;
            match letter.state {
                DeadLetterState::Parked => self.check_first(&letter).await?,
                DeadLetterState::Retrying => return Ok(letter),
                state => return Err(self.settled(id, state)),
            }
            let opened = self.cases.open(letter).await?;
            if let Some(end) = opened.case.end {
                self.cases.close(id, end).await?;
                continue;
            }
            match self.cases.ask(&opened, by).await {
                Ok(()) => {
                    self.retries.wake();
                    return self.get(id).await;
                }
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DeadLetterError::Busy { id: self.name(id) })
    }

    /// Gives the event up. Those that waited behind it are handled.
    ///
    /// # Errors
    /// There is no such letter, it is being handled again or was, or the store cannot be reached.
    pub async fn discard(&self, id: i64, by: &str, reason: &str) -> Result<DeadLetter, DeadLetterError> {
        for _ in 0..ATTEMPTS {
            let opened = self.cases.open(self.get(id).await?).await?;
            // Read after the case: a consumer sets the state first and changes the case then.
            let letter = self.get(id).await?;
            match letter.state {
                DeadLetterState::Parked => {}
                DeadLetterState::Retrying => return Err(DeadLetterError::Busy { id: self.name(id) }),
                DeadLetterState::Discarded => return Ok(letter),
                state @ DeadLetterState::Handled => return Err(self.settled(id, state)),
            }
            let end = match opened.case.end {
                Some(end) => end,
                None => match self.cases.discarded(&opened, by, reason).await {
                    Ok(()) => End::Discarded,
                    Err(StoreError::Conflict { .. }) => continue,
                    Err(error) => return Err(error.into()),
                },
            };
            self.cases.pass_on(&letter, by).await?;
            self.cases.close(id, end).await?;
            self.retries.wake();
        }
        Err(DeadLetterError::Busy { id: self.name(id) })
    }

    /// Order holds for a retry too.
    async fn check_first(&self, letter: &DeadLetter) -> Result<(), DeadLetterError> {
        let (consumer, topic) = (&letter.letter.consumer, &letter.letter.position.partition.topic);
        let waiting = self.store.waiting(consumer, topic, &letter.letter.record.key, 1).await?;
        match waiting.first() {
            Some(first) if first.id != letter.id => {
                Err(DeadLetterError::Waits { id: self.name(letter.id), first: self.name(first.id) })
            }
            _ => Ok(()),
        }
    }

    fn settled(&self, id: i64, state: DeadLetterState) -> DeadLetterError {
        DeadLetterError::Settled { id: self.name(id), state: state_name(state) }
    }

    fn name(&self, id: i64) -> String {
        format!("{}/{id}", self.service)
    }
}

/// A state, as people and the API name it.
pub(crate) fn state_name(state: DeadLetterState) -> &'static str {
    match state {
        DeadLetterState::Parked => "parked",
        DeadLetterState::Retrying => "retrying",
        DeadLetterState::Handled => "handled",
        DeadLetterState::Discarded => "discarded",
    }
}
