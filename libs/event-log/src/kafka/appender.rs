//! Appending.
//!
//! What librdkafka has taken it sends until it is there (`message.timeout.ms=0`). A caller who has waited for long enough is told that
//! there is no acknowledgement yet; who asks for the same records again waits for those that were sent ([`given_up`]).

mod given_up;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use events::{Record, Topic};
use rdkafka::error::RDKafkaErrorCode as Code;
use tokio::time::{Instant, sleep, timeout_at};

use self::given_up::GivenUp;
use super::failure::{failure, of_code};
use super::producer::{Failed, Producer, Sent};
use super::records::{offset, partition_id};
use super::settings::KafkaSettings;
use crate::error::LogError;
use crate::partitioner::partition_of;
use crate::position::{PartitionId, Position};

/// How long to wait for room among the records that are on their way.
const ROOM: Duration = Duration::from_millis(10);

/// So much of what was given up is remembered: twice the values that librdkafka has on their way (`queue.buffering.max.kbytes`, which
/// counts no keys and no headers), so that all of these are.
const REMEMBERED_BYTES: usize = 128 * 1024 * 1024;

pub(super) struct Appender {
    settings: KafkaSettings,
    producer: Mutex<Producer>,
    given_up: Mutex<GivenUp<Became>>,
}

/// What has become of a record.
enum Became {
    /// A producer has it.
    UnderWay(Sent),
    /// It is on the log.
    There(Position),
    /// It was not written.
    Failed(LogError),
}

/// A call and what has become of its records, in their order. What nobody was told of when it ends is remembered.
struct Call<'a> {
    appender: &'a Appender,
    topic: &'a Topic,
    records: &'a [Record],
    became: Vec<Became>,
    deadline: Instant,
}

impl Appender {
    pub(super) fn new(settings: &KafkaSettings) -> Result<Self, LogError> {
        let producer = Mutex::new(Producer::new(settings)?);
        let given_up = Mutex::new(GivenUp::new(REMEMBERED_BYTES));
        Ok(Self { settings: settings.clone(), producer, given_up })
    }

    /// Appends records to a topic of so many partitions.
    pub(super) async fn append(
        &self,
        topic: &Topic,
        partitions: u32,
        records: &[Record],
    ) -> Result<Vec<Position>, LogError> {
        let deadline = Instant::now() + self.settings.request_timeout;
        let producer = self.producer().clone();
        let became = Vec::with_capacity(records.len());
        let mut call = Call { appender: self, topic, records, became, deadline };
        for record in records {
            let partition = partition_of(record.key.as_bytes(), partitions);
            let to = PartitionId { topic: topic.clone(), partition };
            call.send(&producer, &to, record).await?;
        }
        call.positions().await
    }

    /// What has become of a record once that is known, at the latest at the deadline.
    async fn learn(
        &self,
        topic: &Topic,
        became: &mut Became,
        deadline: Instant,
    ) -> Result<Position, LogError> {
        let sent = match became {
            Became::UnderWay(sent) => sent,
            Became::There(position) => return Ok(position.clone()),
            Became::Failed(error) => return Err(error.clone()),
        };
        let Ok(answer) = timeout_at(deadline, sent).await else {
            let seconds = self.settings.request_timeout.as_secs();
            return Err(LogError::Unavailable(format!("{topic}: not acknowledged within {seconds} s")));
        };
        let outcome = answer.map(|delivery| Position {
            partition: partition_id(topic.as_str(), delivery.partition),
            offset: offset(delivery.offset),
        });
        let outcome = outcome.map_err(|failed| self.failed(topic, &failed));
        *became = match &outcome {
            Ok(position) => Became::There(position.clone()),
            Err(error) => Became::Failed(error.clone()),
        };
        outcome
    }

    /// The error. After one that ended its producer there is a new one.
    fn failed(&self, topic: &Topic, failed: &Failed) -> LogError {
        let Failed { error, bytes } = failed;
        match (error.rdkafka_error_code(), self.replace_ended()) {
            (Some(Code::MessageSizeTooLarge | Code::MessageBatchTooLarge), _) => {
                LogError::RecordTooLarge { topic: topic.clone(), size: *bytes, limit: None }
            }
            (_, Err(none)) => none,
            // That it has ended says less than why it has.
            (_, Ok(Some(why))) if failed.is_for_another() => of_code(why, topic.as_str()),
            _ => failure(error, topic.as_str()),
        }
    }

    /// Has another producer in place of one that has ended, and says why that has. What the old one had taken is refused to its callers: they
    /// append it again in their order, and what of it is there already comes once more.
    fn replace_ended(&self) -> Result<Option<Code>, LogError> {
        let mut producer = self.producer();
        let Some(why) = producer.ended() else { return Ok(None) };
        let ended = std::mem::replace(&mut *producer, Producer::new(&self.settings)?);
        ended.let_go();
        Ok(Some(why))
    }

    fn producer(&self) -> MutexGuard<'_, Producer> {
        self.producer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn given_up(&self) -> MutexGuard<'_, GivenUp<Became>> {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call<'_> {
    /// Has the next record sent, unless it was sent before.
    async fn send(&mut self, producer: &Producer, to: &PartitionId, record: &Record) -> Result<(), LogError> {
        if self.was_sent(producer, record).await? {
            return self.first_alone(producer, to).await;
        }
        let became = match self.given_to(producer, to, record).await {
            Ok(sent) => Became::UnderWay(sent),
            Err(failed) => self.not_written(failed)?,
        };
        self.became.push(became);
        self.first_alone(producer, to).await
    }

    /// Whether it is there, or this producer has it. What another has is waited for: this one would write behind it what comes next, before it is
    /// known whether it is there.
    async fn was_sent(&mut self, producer: &Producer, record: &Record) -> Result<bool, LogError> {
        let Some(before) = self.appender.given_up().take(self.topic, record) else { return Ok(false) };
        let is_ours = before.is_by(producer);
        // In its place, so that whoever stops waiting leaves it there.
        self.became.push(before);
        let Some(before) = self.became.last_mut().filter(|_| !is_ours) else { return Ok(true) };
        let learned = self.appender.learn(self.topic, before, self.deadline).await;
        let has_failed = matches!(before, Became::Failed(_));
        match learned {
            Ok(_) => Ok(true),
            Err(_) if has_failed => {
                self.became.pop();
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Gives a producer a record, once there is room for it.
    async fn given_to(&self, producer: &Producer, to: &PartitionId, record: &Record) -> Result<Sent, Failed> {
        loop {
            match producer.send(to, record) {
                Err(failed) if failed.is_for_room() && Instant::now() < self.deadline => sleep(ROOM).await,
                taken => return taken,
            }
        }
    }

    /// The first record of a producer to a partition goes alone ([`Known`](super::producer::Known)).
    async fn first_alone(&mut self, producer: &Producer, to: &PartitionId) -> Result<(), LogError> {
        let Some(last @ Became::UnderWay(_)) = self.became.last_mut() else { return Ok(()) };
        if producer.known().has(to) {
            return Ok(());
        }
        match self.appender.learn(self.topic, last, self.deadline).await {
            Ok(_) => {
                producer.known().add(to.clone());
                Ok(())
            }
            // The call may have the record for which it has ended, whose answer says why; nothing more is taken in any case.
            Err(_) if producer.ended().is_some() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The call ends with a record that was not written: what follows may be of its key. If that is for another one, the call may have that, too,
    /// whose answer says why; nothing more is taken in any case.
    fn not_written(&self, failed: Failed) -> Result<Became, LogError> {
        let error = self.appender.failed(self.topic, &failed);
        if failed.is_for_another() { Ok(Became::Failed(error)) } else { Err(error) }
    }

    /// Where the records lie, once all are there, or why some of them are not.
    async fn positions(mut self) -> Result<Vec<Position>, LogError> {
        let (mut positions, mut failed) = (Vec::with_capacity(self.became.len()), None);
        for became in &mut self.became {
            match self.appender.learn(self.topic, became, self.deadline).await {
                Ok(position) => positions.push(position),
                Err(error) => failed = Some(telling(failed, error)),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        // Who called is told of all of it.
        self.became.clear();
        Ok(positions)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let untold = self.records.iter().zip(self.became.drain(..));
        let untold: Vec<(Record, Became)> = untold
            .filter(|(_, became)| !matches!(became, Became::Failed(_)))
            .map(|(record, became)| (record.clone(), became))
            .collect();
        if !untold.is_empty() {
            self.appender.given_up().put_back(self.topic, untold);
        }
    }
}

impl Became {
    fn is_by(&self, producer: &Producer) -> bool {
        matches!(self, Self::UnderWay(sent) if sent.is_by(producer))
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
