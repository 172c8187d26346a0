//! Somebody who writes events again.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chaos::{Ends, Failed};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext};
use rdkafka::{ClientContext, Offset, TopicPartitionList};
use seeded::Lot;

use crate::log::event;

/// Writes each event up to four times again.
pub(crate) struct Copier {
    reader: BaseConsumer,
    producer: BaseProducer<Taken>,
    lot: Lot,
    /// An engine that reads an event three times writes its output three times. If those were copied again, there would be hundreds at the
    /// end of the chain, and not one to five.
    seen: BTreeSet<String>,
}

/// How many copies the brokers have taken: what is sent to them may never be.
#[derive(Default)]
struct Taken(AtomicUsize);

impl ClientContext for Taken {}

impl ProducerContext for Taken {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        self.0.fetch_add(usize::from(result.is_ok()), Ordering::SeqCst);
    }
}

impl Copier {
    /// One who copies what comes behind these ends.
    pub(crate) fn behind(config: &ClientConfig, ends: Ends) -> Result<Self, Failed> {
        let reader: BaseConsumer = config.clone().set("group.id", "chaos-copier").create()?;
        let producer: BaseProducer<Taken> = config.create_with_context(Taken::default())?;
        let mut list = TopicPartitionList::new();
        for ((topic, partition), end) in ends {
            list.add_partition_offset(&topic, partition, Offset::Offset(end))?;
        }
        reader.assign(&list)?;
        Ok(Self { reader, producer, lot: Lot::new(5), seen: BTreeSet::new() })
    }

    /// Copies what comes within a moment.
    pub(crate) fn copy(&mut self) {
        match self.reader.poll(Duration::from_millis(50)) {
            Some(Ok(message)) => {
                if let Some(headers) = message.headers()
                    && event(&message).is_some_and(|event| self.seen.insert(event.id))
                {
                    for _ in 0..self.lot.below(5) {
                        let record = BaseRecord::to(message.topic())
                            .partition(message.partition())
                            .key(message.key().unwrap_or_default())
                            .payload(message.payload().unwrap_or_default())
                            .headers(headers.detach());
                        if let Err((error, _)) = self.producer.send(record) {
                            eprintln!("an event is not written again: {error}");
                        }
                    }
                }
            }
            // A broker that is lost is found again. Who finds none writes nothing, which is judged.
            Some(Err(error)) => eprintln!("reading what is to be written again: {error}"),
            None => {}
        }
        self.producer.poll(Duration::ZERO);
    }

    /// How many copies are on the log now.
    pub(crate) fn finish(self) -> Result<usize, Failed> {
        self.producer.flush(Duration::from_secs(15))?;
        Ok(self.producer.context().0.load(Ordering::SeqCst))
    }
}
