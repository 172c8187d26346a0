//! Events that could not be handled, and wait.

use event_log::Position;
use events::Record;
use time::OffsetDateTime;

/// What becomes of a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLetterState {
    /// It could not be handled, or it waits behind one of its aggregate that could not.
    Parked,
    /// Somebody asked to have it handled again.
    Retrying,
    /// It was handled in the end.
    Handled,
    /// It was given up.
    Discarded,
}

/// An event to be parked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeadLetter {
    /// The consumer.
    pub consumer: String,
    /// Where the event lies.
    pub position: Position,
    /// The event, with its bytes as they came.
    pub record: Record,
    /// How often it was tried; 0 if it only waits behind another.
    pub attempts: u32,
    /// The stable code of the error.
    pub code: String,
    /// The error.
    pub message: String,
}

/// A parked event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its number.
    pub id: i64,
    /// What was parked.
    pub letter: NewDeadLetter,
    /// When.
    pub parked_at: OffsetDateTime,
    /// What has become of it.
    pub state: DeadLetterState,
}
