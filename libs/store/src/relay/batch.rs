//! Rows of one partition, on their way to the log.

use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, LogError};
use events::{Record, Topic};
use telemetry::{messaging, trace};
use tokio_util::sync::CancellationToken;

use super::wait::Wait;

/// A partition of a topic that has so many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) topic: Topic,
    pub(super) partition: u32,
    pub(super) count: u32,
}

/// Rows of the outbox, in order.
#[derive(Debug, Default)]
pub(super) struct Rows {
    ids: Vec<i64>,
    records: Vec<Record>,
}

/// Rows of one partition, and how long is waited when the log is not reached.
#[derive(Debug)]
pub(super) struct Batch {
    place: Place,
    rows: Rows,
    wait: Wait,
}

/// What has become of a batch.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) place: Place,
    /// The numbers of rows that are on the log.
    pub(super) published: Vec<i64>,
    /// Aggregates whose next record the log refuses, and why.
    pub(super) refused: Vec<(String, LogError)>,
    /// What is to be tried again, and why.
    pub(super) left: Option<(Batch, LogError)>,
}

impl Rows {
    pub(super) fn push(&mut self, id: i64, record: Record) {
        self.ids.push(id);
        self.records.push(record);
    }

    fn extend(&mut self, later: Self) {
        self.ids.extend(later.ids);
        self.records.extend(later.records);
    }

    /// Takes the later half off, unless there is one row alone.
    fn halve(&mut self) -> Option<Self> {
        let half = self.ids.len() / 2;
        (half > 0).then(|| Self { ids: self.ids.split_off(half), records: self.records.split_off(half) })
    }

    /// Those of other aggregates than these.
    fn without(self, keys: &[(String, LogError)]) -> Self {
        if keys.is_empty() {
            return self;
        }
        let mut rows = Self::default();
        for (id, record) in self.ids.into_iter().zip(self.records) {
            if keys.iter().all(|(key, _)| *key != record.key) {
                rows.push(id, record);
            }
        }
        rows
    }
}

impl Batch {
    pub(super) fn new(place: Place, rows: Rows) -> Self {
        Self { place, rows, wait: Wait::default() }
    }

    /// How long to wait before it is tried again.
    pub(super) fn pause(&mut self) -> Duration {
        self.wait.take()
    }

    /// Appends it, after a while; who stops meanwhile leaves it for the next.
    ///
    /// If the log refuses a record, those of its aggregate before it are appended all the same, and so are all others: what is refused
    /// is halved until it is one record, of whose aggregate the rest is left alone. If the log is not reached, all that is not there yet
    /// is left in its order.
    pub(super) async fn publish(
        self,
        log: Arc<dyn EventLog>,
        pause: Duration,
        shutdown: CancellationToken,
    ) -> Ended {
        let Self { place, rows, mut wait } = self;
        let mut ended = Ended { place, published: Vec::new(), refused: Vec::new(), left: None };
        // A sleep of no time is one of up to a millisecond.
        if !pause.is_zero() && shutdown.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
            return ended;
        }
        // The next is the last.
        let mut parts = vec![rows];
        while let Some(part) = parts.pop() {
            let mut part = part.without(&ended.refused);
            if part.ids.is_empty() {
                continue;
            }
            match append(&*log, &ended.place.topic, &part.records).await {
                Ok(()) => {
                    wait.reset();
                    ended.published.extend(part.ids);
                }
                Err(error) if is_of_a_record(&error) => match part.halve() {
                    Some(later) => parts.extend([later, part]),
                    None => ended.refused.extend(part.records.pop().map(|record| (record.key, error))),
                },
                Err(error) => {
                    for later in parts.into_iter().rev() {
                        part.extend(later.without(&ended.refused));
                    }
                    ended.left = Some((Self { place: ended.place.clone(), rows: part, wait }, error));
                    return ended;
                }
            }
        }
        ended
    }
}

/// Whether the log refuses a record for what it is: others may pass.
fn is_of_a_record(error: &LogError) -> bool {
    matches!(error, LogError::RecordTooLarge { .. } | LogError::Misconfigured(_))
}

async fn append(log: &dyn EventLog, topic: &Topic, records: &[Record]) -> Result<(), LogError> {
    let messages = records.iter().map(|record| record.header("traceparent"));
    let span = trace::send_batch(topic.as_str(), messages);
    let appended = log.append(topic, records).await;
    match (&appended, &span) {
        (Ok(positions), _) => messaging::sent(topic.as_str(), positions.len() as u64),
        (Err(error), Some(span)) => span.fail(error.code()),
        (Err(_), None) => {}
    }
    appended.map(drop)
}
