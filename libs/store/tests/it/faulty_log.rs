//! A log that does what a test tells it.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Mutex;

use async_trait::async_trait;
use event_log::{Delivered, EventLog, Group, LogError, PartitionId, Position, Subscription};
use events::{Record, Topic};
use time::OffsetDateTime;
use tokio::sync::watch;

/// What becomes of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// None.
    Well,
    /// Nothing is written, and it fails.
    Away,
    /// The first half is written, and it fails.
    Half,
    /// All is written, and it fails.
    Unanswered,
}

/// Remembers the topic, key and sequence of what is appended.
#[derive(Default)]
pub(crate) struct FaultyLog {
    appended: Mutex<Vec<(String, String, u64)>>,
    faults: Mutex<VecDeque<Fault>>,
    refused: Mutex<Vec<(String, u64)>>,
    unanswered: watch::Sender<Vec<String>>,
}

/// How many partitions each of its topics has.
pub(crate) const PARTITIONS: u32 = 3;

impl FaultyLog {
    pub(crate) fn failing(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { faults: Mutex::new(faults.into_iter().collect()), ..Self::default() }
    }

    /// Takes no record of these keys and sequences, nor the call that it comes with.
    pub(crate) fn refuse(&self, refused: &[(&str, u64)]) {
        *self.refused.lock().unwrap() =
            refused.iter().map(|(key, sequence)| ((*key).to_owned(), *sequence)).collect();
    }

    /// Calls with records of these keys are neither done nor answered, for as long as this is so.
    pub(crate) fn hold(&self, keys: &[String]) {
        self.unanswered.send_replace(keys.to_vec());
    }

    /// How many calls wait for that.
    pub(crate) fn held(&self) -> usize {
        self.unanswered.receiver_count()
    }

    /// The sequences of a key in the order that they were appended in.
    pub(crate) fn sequences(&self, key: &str) -> Vec<u64> {
        let appended = self.appended.lock().unwrap();
        appended.iter().filter(|(_, of, _)| of == key).map(|(_, _, sequence)| *sequence).collect()
    }

    /// What a reader makes of them, who drops what is not above the last that it has seen.
    pub(crate) fn read(&self, key: &str) -> Vec<u64> {
        let mut last = 0;
        let fresh = |sequence: &u64| {
            *sequence > last && {
                last = *sequence;
                true
            }
        };
        self.sequences(key).into_iter().filter(fresh).collect()
    }

    fn take(&self, topic: &Topic, records: &[Record]) {
        let place = |record: &Record| {
            let sequence = record.header("ce_sequence").unwrap().parse().unwrap();
            (topic.as_str().to_owned(), record.key.clone(), sequence)
        };
        self.appended.lock().unwrap().extend(records.iter().map(place));
    }

    fn refuses(&self, record: &Record) -> bool {
        self.refused.lock().unwrap().iter().any(|(key, sequence)| {
            record.key == *key && record.header("ce_sequence") == Some(sequence.to_string().as_str())
        })
    }
}

#[async_trait]
impl EventLog for FaultyLog {
    async fn append(&self, topic: &Topic, records: &[Record]) -> Result<Vec<Position>, LogError> {
        let is_held = |keys: &Vec<String>| records.iter().any(|record| keys.contains(&record.key));
        let _ = self.unanswered.subscribe().wait_for(|key| !is_held(key)).await;
        let fault = self.faults.lock().unwrap().pop_front();
        let written = match fault {
            Some(Fault::Away) => 0,
            Some(Fault::Half) => records.len() / 2,
            Some(Fault::Unanswered | Fault::Well) | None => records.len(),
        };
        if records.iter().any(|record| self.refuses(record)) {
            return Err(LogError::RecordTooLarge { topic: topic.clone(), size: 2, limit: Some(1) });
        }
        self.take(topic, &records[..written]);
        match fault {
            // What the log answers a relay does not read.
            None | Some(Fault::Well) => Ok(Vec::new()),
            Some(fault) => Err(LogError::Unavailable(format!("{fault:?}"))),
        }
    }

    async fn ensure_topic(&self, _: &Topic, _: u32) -> Result<(), LogError> {
        unreachable!("a relay only appends")
    }

    async fn partitions(&self, _: &Topic) -> Result<u32, LogError> {
        Ok(PARTITIONS)
    }

    async fn read(&self, _: &PartitionId, _: u64, _: usize) -> Result<Vec<Delivered>, LogError> {
        unreachable!("a relay only appends")
    }

    async fn bounds(&self, _: &PartitionId) -> Result<Range<u64>, LogError> {
        unreachable!("a relay only appends")
    }

    async fn offset_at(&self, _: &PartitionId, _: OffsetDateTime) -> Result<u64, LogError> {
        unreachable!("a relay only appends")
    }

    async fn committed(&self, _: &Group, _: &PartitionId) -> Result<u64, LogError> {
        unreachable!("a relay only appends")
    }

    async fn subscribe(&self, _: &Group, _: &[Topic]) -> Result<Box<dyn Subscription>, LogError> {
        unreachable!("a relay only appends")
    }
}
