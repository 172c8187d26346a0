//! What a consumer could not handle (on the topic of the service that it belongs to).

use serde::{Deserialize, Serialize};

/// An event could not be handled, and waits with its aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventParked {
    /// Its number in the dead-letter table of the consumer.
    pub dead_letter: i64,
    /// The consumer that parked it.
    pub consumer: String,
    /// The aggregate that waits with it.
    pub aggregate: String,
    /// Where the event lies.
    pub topic: String,
    /// Its partition.
    pub partition: u32,
    /// Its offset.
    pub offset: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// The stable code of the error.
    pub code: String,
    /// The error.
    pub message: String,
    /// Who had it handled again, in vain; none when it is parked for the first time.
    pub retried_by: Option<String>,
}

/// Somebody had a parked event handled again, and it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterRetried {
    /// Its number in the dead-letter table of the consumer.
    pub dead_letter: i64,
    /// The consumer that parked it.
    pub consumer: String,
    /// The aggregate that waits with it.
    pub aggregate: String,
    /// Who.
    pub by: String,
}

/// Somebody gave a parked event up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterDiscarded {
    /// Its number in the dead-letter table of the consumer.
    pub dead_letter: i64,
    /// The consumer that parked it.
    pub consumer: String,
    /// The aggregate that waits with it.
    pub aggregate: String,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}
