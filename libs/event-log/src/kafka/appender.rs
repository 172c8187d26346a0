//! Appending.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use events::{Record, Topic};
use futures::future::{Either, Ready, join_all, ready};
use rdkafka::error::RDKafkaErrorCode as Code;
use tokio::time::{Instant, sleep, timeout_at};

use super::failure::{failure, of_code};
use super::producer::{Answer, Failed, Producer, Sent};
use super::records::{offset, partition_id};
use super::settings::KafkaSettings;
use crate::error::LogError;
use crate::partitioner::partition_of;
use crate::position::{PartitionId, Position};

/// How long to wait for room among the records that are on their way.
const ROOM: Duration = Duration::from_millis(10);

pub(super) struct Appender {
    settings: KafkaSettings,
    producer: Mutex<Producer>,
}

impl Appender {
    pub(super) fn new(settings: &KafkaSettings) -> Result<Self, LogError> {
        let producer = Mutex::new(Producer::new(settings)?);
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
        self.positions(topic, &answers)
    }

    /// Gives a producer a record. The first of a partition goes alone ([`Known`](super::producer::Known)).
    async fn send(
        &self,
        producer: &Producer,
        topic: &Topic,
        partitions: u32,
        record: &Record,
        deadline: Instant,
    ) -> Result<Either<Sent, Ready<Answer>>, LogError> {
        let partition = partition_of(record.key.as_bytes(), partitions);
        let to = PartitionId { topic: topic.clone(), partition };
        let sent = loop {
            match producer.send(&to, record) {
                Ok(sent) => break sent,
                Err(failed) if failed.is_for_room() && Instant::now() < deadline => sleep(ROOM).await,
                Err(failed) => return self.not_written(topic, failed),
            }
        };
        if producer.known().has(&to) {
            return Ok(Either::Left(sent));
        }
        match timeout_at(deadline, sent).await {
            Ok(Ok(delivery)) => {
                producer.known().add(to);
                Ok(Either::Right(ready(Ok(delivery))))
            }
            Ok(Err(failed)) => self.not_written(topic, failed),
            Err(_) => {
                let seconds = self.settings.request_timeout.as_secs();
                Err(LogError::Unavailable(format!("{topic}: not acknowledged within {seconds} s")))
            }
        }
    }

    /// The call ends with a record that was not written: what follows may be of its key. If that is for another one, the call may have that, too,
    /// whose answer says why; nothing more is taken in any case.
    fn not_written(&self, topic: &Topic, failed: Failed) -> Result<Either<Sent, Ready<Answer>>, LogError> {
        match failed.is_for_another() {
            true => Ok(Either::Right(ready(Err(failed)))),
            false => Err(self.failed(topic, &failed)),
        }
    }

    /// Where the records are, or why some of them are not there.
    fn positions(&self, topic: &Topic, answers: &[Answer]) -> Result<Vec<Position>, LogError> {
        let (mut positions, mut failed) = (Vec::with_capacity(answers.len()), None);
        for answer in answers {
            match answer {
                Ok(delivery) => positions.push(Position {
                    partition: partition_id(topic.as_str(), delivery.partition),
                    offset: offset(delivery.offset),
                }),
                Err(error) => failed = Some(telling(failed, self.failed(topic, error))),
            }
        }
        failed.map_or(Ok(positions), Err)
    }

    /// The error. After one that ended its producer there is a new one.
    fn failed(&self, topic: &Topic, failed: &Failed) -> LogError {
        let Failed { error, bytes } = failed;
        match (error.rdkafka_error_code(), self.replace_ended()) {
            (Some(Code::MessageSizeTooLarge | Code::MessageBatchTooLarge), _) => {
                LogError::RecordTooLarge { topic: topic.clone(), size: *bytes, limit: None }
            }
            // That it has ended says less than why it has.
            (_, Some(why)) if failed.is_for_another() => of_code(why, topic.as_str()),
            _ => failure(error, topic.as_str()),
        }
    }

    /// Has another producer in place of one that has ended, and says why that has. What the old one had taken is refused to its callers: they
    /// append it again in their order, and what of it is there already comes once more.
    fn replace_ended(&self) -> Option<Code> {
        let why = self.producer().ended()?;
        if let Ok(new) = Producer::new(&self.settings) {
            let mut producer = self.producer();
            // Another call may have been faster.
            if producer.ended().is_some() {
                *producer = new;
            }
        }
        Some(why)
    }

    fn producer(&self) -> MutexGuard<'_, Producer> {
        self.producer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of two errors of a call the one that tells more. A record that is refused takes others along, and the call to which it belongs is told of it,
/// not that the others may be tried again.
fn telling(before: Option<LogError>, error: LogError) -> LogError {
    let is_away = |error: &LogError| matches!(error, LogError::Unavailable(_));
    match before {
        Some(before) if !is_away(&before) || is_away(&error) => before,
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_told_before_what_went_with_it() {
        let away = |why: &str| LogError::Unavailable(why.to_owned());
        let refused = LogError::RecordTooLarge { topic: Topic::new("t"), size: 2, limit: None };
        let other = LogError::Refused("no right".to_owned());
        let all = |errors: &[&LogError]| {
            errors.iter().fold(None, |before, error| Some(telling(before, (*error).clone()))).unwrap()
        };
        assert_eq!(all(&[&away("first"), &refused, &away("last")]), refused);
        assert_eq!(all(&[&away("first"), &away("last")]), away("first"));
        assert_eq!(all(&[&refused, &other]), refused);
    }
}
