//! Appending.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use events::{Record, Topic};
use futures::future::join_all;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::producer::{DeliveryFuture, FutureProducer};
use tokio::time::{Instant, sleep, timeout_at};

use super::failure::failure;
use super::quiet::Quiet;
use super::records::{message, offset, partition_id};
use super::settings::KafkaSettings;
use crate::error::LogError;
use crate::partitioner::partition_of;
use crate::position::Position;

/// How long to wait for room among the records that are on their way.
const ROOM: Duration = Duration::from_millis(10);

type Producer = FutureProducer<Quiet>;

pub(super) struct Appender {
    settings: KafkaSettings,
    producer: Mutex<Producer>,
}

impl Appender {
    pub(super) fn new(settings: &KafkaSettings) -> Result<Self, LogError> {
        let producer = Mutex::new(producer(settings)?);
        Ok(Self { settings: settings.clone(), producer })
    }

    /// Appends records to a topic of so many partitions.
    pub(super) async fn append(
        &self,
        topic: &Topic,
        partitions: u32,
        records: &[Record],
    ) -> Result<Vec<Position>, LogError> {
        let deadline = Instant::now() + self.settings.request_timeout;
        let producer = self.producer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut sent = Vec::with_capacity(records.len());
        for record in records {
            sent.push(self.send(&producer, topic, partitions, record, deadline).await?);
        }
        let Ok(answers) = timeout_at(deadline, join_all(sent)).await else {
            let seconds = self.settings.request_timeout.as_secs();
            return Err(LogError::Unavailable(format!("{topic}: not acknowledged within {seconds} s")));
        };
        answers.into_iter().map(|answer| self.position(topic, answer)).collect()
    }

    async fn send(
        &self,
        producer: &Producer,
        topic: &Topic,
        partitions: u32,
        record: &Record,
        deadline: Instant,
    ) -> Result<DeliveryFuture, LogError> {
        let partition = partition_of(record.key.as_bytes(), partitions);
        loop {
            match producer.send_result(message(topic, partition, record)) {
                Ok(sent) => return Ok(sent),
                Err((KafkaError::MessageProduction(Code::QueueFull), _)) if Instant::now() < deadline => {
                    sleep(ROOM).await;
                }
                Err((error, _)) => return Err(self.failed(topic, &error)),
            }
        }
    }

    fn position(
        &self,
        topic: &Topic,
        answer: Result<
            rdkafka::producer::future_producer::OwnedDeliveryResult,
            futures::channel::oneshot::Canceled,
        >,
    ) -> Result<Position, LogError> {
        match answer {
            Ok(Ok(delivery)) => Ok(Position {
                partition: partition_id(topic.as_str(), delivery.partition),
                offset: offset(delivery.offset),
            }),
            Ok(Err((error, _))) => Err(self.failed(topic, &error)),
            Err(_) => Err(LogError::Unavailable(format!("{topic}: the producer was given up"))),
        }
    }

    /// The error. After one that ends a producer there is a new one: what the old one had taken is refused to its callers.
    fn failed(&self, topic: &Topic, error: &KafkaError) -> LogError {
        if matches!(error.rdkafka_error_code(), Some(Code::Fatal | Code::PurgeQueue | Code::PurgeInflight))
            && let Ok(new) = producer(&self.settings)
        {
            *self.producer.lock().unwrap_or_else(PoisonError::into_inner) = new;
        }
        failure(error, topic.as_str())
    }
}

fn producer(settings: &KafkaSettings) -> Result<Producer, LogError> {
    settings
        .producer()
        .create_with_context(settings.quiet())
        .map_err(|error| failure(&error, &settings.brokers))
}
