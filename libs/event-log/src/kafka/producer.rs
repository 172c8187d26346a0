//! A producer, until it ends.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::Duration;

use events::Record;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::producer::future_producer::Delivery;
use rdkafka::producer::{DeliveryFuture, FutureProducer, Producer as _, PurgeConfig};
use tokio::time::Instant;

use super::failure::failure;
use super::quiet::Quiet;
use super::records::message;
use super::settings::KafkaSettings;
use crate::error::LogError;
use crate::limits::record_bytes;
use crate::position::PartitionId;

/// For so long brokers remember of a producer what it wrote to a partition last; a day, unless they are told otherwise
/// (`producer.id.expiration.ms`).
const REMEMBERED: Duration = Duration::from_mins(10);

/// For so long what is on its way from a producer that has ended may be answered.
const ON_ITS_WAY: Duration = Duration::from_secs(1);

/// How often to look whether somebody still has a producer in hand.
const TICK: Duration = Duration::from_millis(50);

/// What has come of a record.
type Answer = Result<Delivery, Failed>;

/// Why a record was not written.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: KafkaError,
    /// How large it is.
    pub(super) bytes: usize,
}

impl Failed {
    /// Whether there is no room for it now.
    pub(super) fn is_for_room(&self) -> bool {
        self.error.rdkafka_error_code() == Some(Code::QueueFull)
    }

    /// Whether it is for another record, with which the producer has ended.
    pub(super) fn is_for_another(&self) -> bool {
        let code = self.error.rdkafka_error_code();
        matches!(code, Some(Code::Fatal | Code::PurgeQueue | Code::PurgeInflight))
    }
}

/// A producer of librdkafka. It ends with a record that is refused for good, so that none that it has after that one is written before it
/// (`enable.gapless.guarantee`).
#[derive(Clone)]
pub(super) struct Producer(Arc<Inner>);

struct Inner {
    client: FutureProducer<Quiet>,
    known: Known,
}

impl Producer {
    pub(super) fn new(settings: &KafkaSettings) -> Result<Self, LogError> {
        let created = settings.producer().create_with_context(settings.quiet());
        let client = created.map_err(|error| failure(&error, &settings.brokers))?;
        Ok(Self(Arc::new(Inner { client, known: Known::default() })))
    }

    /// Gives it a record, or says why it does not take it.
    pub(super) fn send(&self, to: &PartitionId, record: &Record) -> Result<Sent, Failed> {
        let bytes = record_bytes(record);
        match self.0.client.send_result(message(&to.topic, to.partition, record)) {
            Ok(answer) => Ok(Sent { by: Arc::downgrade(&self.0), bytes, answer }),
            Err((error, _)) => Err(Failed { error, bytes }),
        }
    }

    /// The partitions whose brokers know it.
    pub(super) fn known(&self) -> &Known {
        &self.0.known
    }

    /// Why it takes nothing any more, once it has ended.
    pub(super) fn ended(&self) -> Option<Code> {
        self.0.client.client().fatal_error().map(|(code, _)| code)
    }

    /// Lets go of one that has ended: what is on its way to brokers is answered, and what would have to be sent again, which it never is, is
    /// given up. On a thread beside, since it waits for those of librdkafka, and for who has it in hand.
    pub(super) fn let_go(self) {
        let let_go = move || {
            let _ = self.0.client.flush(ON_ITS_WAY);
            self.0.client.purge(PurgeConfig::default().queue().inflight());
            while Arc::strong_count(&self.0) > 1 {
                thread::sleep(TICK);
            }
        };
        // Without a thread all of it is given up here and now.
        drop(thread::Builder::new().name("kafka-ended".to_owned()).spawn(let_go));
    }
}

/// The partitions whose brokers know a producer.
///
/// They refuse what does not follow upon what they have of a producer. Of one that they do not know they take whatever comes first: were its first
/// record refused for good, they would take the second, which it has sent by then.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<HashMap<PartitionId, Instant>>);

impl Known {
    /// Whether the brokers of a partition know it for sure.
    pub(super) fn has(&self, partition: &PartitionId) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(partition).is_some_and(|since| since.elapsed() < REMEMBERED)
    }

    /// They have just acknowledged a record.
    pub(super) fn add(&self, partition: PartitionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(partition, Instant::now());
    }
}

/// What will come of a record that a producer has taken.
pub(super) struct Sent {
    by: Weak<Inner>,
    bytes: usize,
    answer: DeliveryFuture,
}

impl Sent {
    /// Whether this producer has taken it.
    pub(super) fn is_by(&self, producer: &Producer) -> bool {
        std::ptr::eq(self.by.as_ptr(), Arc::as_ptr(&producer.0))
    }
}

impl Future for Sent {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let error = match ready!(Pin::new(&mut self.answer).poll(context)) {
            Ok(Ok(delivery)) => return Poll::Ready(Ok(delivery)),
            Ok(Err((error, _))) => error,
            Err(_) => KafkaError::Canceled,
        };
        Poll::Ready(Err(Failed { error, bytes: self.bytes }))
    }
}

#[cfg(test)]
mod tests {
    use events::Topic;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_producer_is_known_where_a_record_of_it_was_acknowledged_lately() {
        let of = |partition| PartitionId { topic: Topic::new("t"), partition };
        let known = Known::default();
        assert!(!known.has(&of(0)));
        known.add(of(0));
        assert_eq!((known.has(&of(0)), known.has(&of(1))), (true, false));
        tokio::time::advance(REMEMBERED - Duration::from_secs(1)).await;
        assert!(known.has(&of(0)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!known.has(&of(0)), "its brokers may have forgotten it");
        known.add(of(0));
        assert!(known.has(&of(0)));
    }
}
