//! The case of a dead letter: what is known of it beside the letter.

use events::Record;
use events::delivery::{DeadLetterDiscarded, DeadLetterRetried, EventParked};
use ids::OrgId;
use serde::{Deserialize, Serialize};
use store::{DeadLetter, StoreError, Stored};
use uuid::Uuid;

/// What is known of a dead letter beside the letter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Case {
    /// Who wants it handled again.
    pub(crate) asked_by: Option<String>,
    /// How often a consumer has begun to handle it again.
    pub(crate) begun: u32,
    /// Which of these was the last to be told of as in vain.
    pub(crate) in_vain: u32,
    /// How it ended.
    pub(crate) end: Option<End>,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum End {
    Handled,
    Discarded,
}

/// A case as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) case: Case,
    pub(super) letter: DeadLetter,
    pub(super) version: u64,
    pub(super) sequence: u64,
}

impl Opened {
    /// Who wants the letter handled again.
    pub(crate) fn asked_by(&self) -> &str {
        self.case.asked_by.as_deref().unwrap_or("somebody")
    }

    /// The case of a letter that nobody has told of yet.
    pub(super) fn new(letter: DeadLetter) -> Self {
        Self { case: Case::default(), letter, version: 0, sequence: 0 }
    }

    pub(super) fn read(letter: DeadLetter, stored: &Stored) -> Result<Self, StoreError> {
        let case = serde_json::from_value(stored.state.clone());
        let case = case.map_err(|error| StoreError::Damaged(format!("{}: {error}", aggregate(letter.id))))?;
        Ok(Self { case, letter, version: stored.version, sequence: stored.sequence })
    }

    pub(super) fn parked(&self) -> EventParked {
        let DeadLetter { id, letter, .. } = &self.letter;
        let partition = &letter.position.partition;
        EventParked {
            dead_letter: *id,
            consumer: letter.consumer.clone(),
            aggregate: letter.record.key.clone(),
            topic: partition.topic.to_string(),
            partition: partition.partition,
            offset: i64::try_from(letter.position.offset).unwrap_or(i64::MAX),
            attempts: letter.attempts,
            code: letter.code.clone(),
            message: letter.message.chars().take(MESSAGE).collect(),
            retried_by: (self.case.begun > 0).then(|| self.asked_by().to_owned()),
        }
    }

    pub(super) fn retried(&self) -> DeadLetterRetried {
        let DeadLetter { id, letter, .. } = &self.letter;
        let (consumer, aggregate) = (letter.consumer.clone(), letter.record.key.clone());
        DeadLetterRetried { dead_letter: *id, consumer, aggregate, by: self.asked_by().to_owned() }
    }

    pub(super) fn discarded(&self, by: &str, reason: &str) -> DeadLetterDiscarded {
        let DeadLetter { id, letter, .. } = &self.letter;
        let (consumer, aggregate) = (letter.consumer.clone(), letter.record.key.clone());
        let (by, reason) = (by.to_owned(), reason.to_owned());
        DeadLetterDiscarded { dead_letter: *id, consumer, aggregate, by, reason }
    }
}

/// The organisation of an event, of which perhaps nothing else can be read. One that cannot be read is the nil UUID's.
pub(crate) fn org_of(record: &Record) -> OrgId {
    header(record, "ce_org").unwrap_or(OrgId::new(Uuid::nil()))
}

pub(super) fn aggregate(id: i64) -> String {
    format!("dead-letter/{id}")
}

/// Events stay small: the letter has the rest.
const MESSAGE: usize = 2000;

/// A header of an event, of which perhaps nothing else can be read.
pub(super) fn header<T: std::str::FromStr>(record: &Record, name: &str) -> Option<T> {
    record.header(name)?.parse().ok()
}
