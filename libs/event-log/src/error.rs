//! What the log answers when it cannot.

use events::Topic;

use crate::position::{Group, PartitionId};

/// Why the log did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// There is no such topic.
    #[error("the topic {0} does not exist")]
    TopicUnknown(Topic),
    /// There is no such partition.
    #[error("the partition {0} does not exist")]
    PartitionUnknown(PartitionId),
    /// The record is larger than the log takes.
    #[error("a record of {size} bytes is larger than the {limit} that {topic} takes")]
    RecordTooLarge {
        /// The topic.
        topic: Topic,
        /// Key, headers and value together, in bytes.
        size: usize,
        /// The most that is taken, in bytes.
        limit: usize,
    },
    /// The partition was given to another member of the group while this one was away.
    #[error("{partition} is not {group}'s member's any more")]
    Fenced {
        /// The group.
        group: Group,
        /// The partition.
        partition: PartitionId,
    },
    /// The log cannot be reached now; trying again may help.
    #[error("the log cannot be reached: {0}")]
    Unavailable(String),
    /// What the log holds is not what it must hold.
    #[error("the log is damaged: {0}")]
    Damaged(String),
}

impl LogError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TopicUnknown(_) | Self::PartitionUnknown(_) => "LOG_TOPIC_UNKNOWN",
            Self::RecordTooLarge { .. } => "LOG_RECORD_TOO_LARGE",
            Self::Fenced { .. } => "LOG_FENCED",
            Self::Unavailable(_) => "LOG_UNAVAILABLE",
            Self::Damaged(_) => "LOG_DAMAGED",
        }
    }

    /// Whether trying again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}
