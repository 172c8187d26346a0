//! Events of a partition: decoded, and handled or parked.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use event_log::{Delivered, PartitionId, Position};
use events::Message;
use store::{NewDeadLetter, StoreError};
use telemetry::trace::{self, Place as Read, Span};
use tokio::time::Instant;

use super::tries::{Patience, Tries, Verdict};
use super::work::{Done, Stop, Stopped, Work};
use crate::dead_letters::Cases;
use crate::failure::Failure;
use crate::handler::{GivenUp, Handler};
use crate::parts::Parts;
use crate::traces::named;

/// Gives events to a handler.
pub(super) struct Messages {
    pub(super) handler: Arc<dyn Handler>,
    pub(super) parts: Parts,
    pub(super) tries: Tries,
    pub(super) cases: Cases,
}

#[async_trait]
impl Work for Messages {
    async fn records(&self, records: Vec<Delivered>, done: &Done, stop: &Stop) -> Result<(), Stopped> {
        for delivered in records {
            stop.check()?;
            let next = delivered.position.offset + 1;
            self.take(delivered, stop).await?;
            done.records(next, 1);
        }
        Ok(())
    }

    async fn again(&self, partition: &PartitionId, key: &str, stop: &Stop) -> Result<(), Stopped> {
        self.drain(partition, key, stop).await
    }
}

impl Messages {
    async fn take(&self, delivered: Delivered, stop: &Stop) -> Result<(), Stopped> {
        // Two questions to the store, asked at once: every event waits for both answers.
        let (message, place) = tokio::try_join!(self.read(&delivered, stop), self.place(&delivered, stop))?;
        match (place, message) {
            (Place::Settled, _) | (_, Ok(Known::Handled)) => {
                telemetry::messaging::duplicate(self.consumer(), topic(&delivered));
                Ok(())
            }
            (Place::Behind, _) => {
                let why = "it waits behind an event of its key that could not be handled";
                let failure = Failure::unhandled("EVENT_WAITS", why);
                self.park(letter(self.consumer(), delivered, 0, &failure), stop).await
            }
            (Place::Free, Err(failure)) => {
                self.park(letter(self.consumer(), delivered, 1, &failure), stop).await
            }
            (Place::Free, Ok(Known::New(message))) => self.handle(delivered, &message, stop).await,
        }
    }

    async fn handle(&self, delivered: Delivered, message: &Message, stop: &Stop) -> Result<(), Stopped> {
        match self.verdict(&delivered.position, message, stop).await? {
            Verdict::Handled => Ok(()),
            Verdict::Duplicate => {
                telemetry::messaging::duplicate(self.consumer(), topic(&delivered));
                Ok(())
            }
            Verdict::Faulty { attempts, failure } => {
                self.park(letter(self.consumer(), delivered, attempts, &failure), stop).await
            }
        }
    }

    /// What becomes of an event that may be handled now. It counts as consumed if nothing is left to do about it: not if it is parked, and
    /// not by how often it was tried.
    pub(super) async fn verdict(
        &self,
        position: &Position,
        message: &Message,
        stop: &Stop,
    ) -> Result<Verdict, Stopped> {
        let topic = position.partition.topic.as_str();
        let handle = || async {
            let began = Instant::now();
            let (span, message) = self.span(position, message);
            let outcome = span.around(self.handler.handle(&message)).await;
            if outcome.is_ok() {
                telemetry::messaging::processed(self.consumer(), topic, began.elapsed());
            }
            outcome.inspect_err(|failure| span.fail(failure.code()))
        };
        let verdict = match self.tries.handle(&position.partition, Patience::Bounded, stop, handle).await? {
            Verdict::Faulty { attempts, failure } => {
                self.give_up(position, message, stop, attempts, failure).await?
            }
            verdict => verdict,
        };
        if matches!(verdict, Verdict::Handled) {
            telemetry::messaging::consumed(self.consumer(), topic, 1);
        }
        Ok(verdict)
    }

    /// Who waits for what should follow from the event is told. If nobody is, it is at fault still.
    async fn give_up(
        &self,
        position: &Position,
        message: &Message,
        stop: &Stop,
        attempts: u32,
        failure: Failure,
    ) -> Result<Verdict, Stopped> {
        let told = AtomicBool::new(false);
        let give_up = || async {
            let (span, message) = self.span(position, message);
            let given_up = span.around(self.handler.give_up(&message, &failure)).await;
            let given_up = given_up.inspect_err(|failure| span.fail(failure.code()))?;
            told.store(given_up == GivenUp::Told, Ordering::Relaxed);
            Ok(())
        };
        self.tries.handle(&position.partition, Patience::Bounded, stop, give_up).await?;
        if !told.into_inner() {
            return Ok(Verdict::Faulty { attempts, failure });
        }
        let (consumer, code) = (self.consumer(), failure.code());
        tracing::warn!(consumer, code, error = failure.message(), "given up, and told");
        Ok(Verdict::Handled)
    }

    /// A try's span, and the event as the try is given it: what is made of it follows upon the span.
    fn span<'m>(&self, position: &Position, message: &'m Message) -> (Span, Cow<'m, Message>) {
        let Position { partition, offset } = position;
        let read =
            Read { group: self.consumer(), topic: partition.topic.as_str(), partition: partition.partition };
        let parent = &message.envelope.traceparent;
        let span = trace::process(parent.as_deref(), read, *offset, &named(&partition.topic, message));
        let traceparent = span.traceparent();
        if traceparent == *parent {
            return (span, Cow::Borrowed(message));
        }
        let mut message = message.clone();
        message.envelope.traceparent = traceparent;
        (span, Cow::Owned(message))
    }

    /// The event, or why it can never be handled: its bytes are none, it is none of its topic's writer, or its names are none that a store
    /// takes. What handlers mark as handled is thereby of the topic that the mark here is asked for.
    pub(super) async fn read(
        &self,
        delivered: &Delivered,
        stop: &Stop,
    ) -> Result<Result<Known, Failure>, Stopped> {
        let partition = &delivered.position.partition;
        let message = match events::decode_on(&partition.topic, &delivered.record) {
            Ok(message) => message,
            Err(error) => return Ok(Err(error.into())),
        };
        let (org, subject) = (message.envelope.org, &message.envelope.subject);
        let handled = || async {
            match self.parts.store.handled(org, self.consumer(), &partition.topic, subject).await {
                Err(error @ StoreError::Invalid(_)) => Ok(Err(error)),
                answer => answer.map(Ok),
            }
        };
        Ok(match self.tries.store(partition, stop, handled).await? {
            Err(error) => Err(error.into()),
            Ok(sequence) if sequence >= message.envelope.sequence => Ok(Known::Handled),
            Ok(_) => Ok(Known::New(Box::new(message))),
        })
    }

    /// Whether an event must wait behind another.
    async fn place(&self, delivered: &Delivered, stop: &Stop) -> Result<Place, Stopped> {
        let partition = &delivered.position.partition;
        let key = &delivered.record.key;
        let parked = || self.parts.store.is_parked(self.consumer(), &partition.topic, key);
        if !self.tries.store(partition, stop, parked).await? {
            return Ok(Place::Free);
        }
        let waiting = || self.parts.store.waiting(self.consumer(), &partition.topic, key, 1);
        Ok(match self.tries.store(partition, stop, waiting).await?.first() {
            None => Place::Free,
            // It came again: had it not been done with, it would wait itself.
            Some(first) if delivered.position.offset < first.letter.position.offset => Place::Settled,
            Some(_) => Place::Behind,
        })
    }

    pub(super) async fn park(&self, letter: NewDeadLetter, stop: &Stop) -> Result<(), Stopped> {
        let partition = &letter.position.partition;
        self.tries.store(partition, stop, || self.cases.park(&letter)).await?;
        Ok(())
    }

    pub(super) fn consumer(&self) -> &'static str {
        self.tries.consumer
    }
}

/// An event that was read.
pub(super) enum Known {
    New(Box<Message>),
    /// It was handled before.
    Handled,
}

enum Place {
    /// It may be handled.
    Free,
    /// It must wait behind another of its key.
    Behind,
    /// It was handled, or parked and given up.
    Settled,
}

fn topic(delivered: &Delivered) -> &str {
    delivered.position.partition.topic.as_str()
}

fn letter(consumer: &str, delivered: Delivered, attempts: u32, failure: &Failure) -> NewDeadLetter {
    let (code, message) = (failure.code(), failure.message().to_owned());
    tracing::warn!(consumer, code, position = %delivered.position, error = message, "parked");
    telemetry::messaging::parked(consumer, topic(&delivered), code);
    let Delivered { position, record } = delivered;
    NewDeadLetter {
        consumer: consumer.to_owned(),
        position,
        record,
        attempts,
        code: code.to_owned(),
        message,
    }
}
