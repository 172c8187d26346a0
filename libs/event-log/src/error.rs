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
    #[error("a record of {size} bytes is larger than {topic} takes{}", at_most(.limit))]
    RecordTooLarge {
        /// The topic.
        topic: Topic,
        /// Key, headers and value together, in bytes.
        size: usize,
        /// The most that is taken, in bytes; none if it is the log's server that refused it, which does not say.
        limit: Option<usize>,
    },
    /// The partition was given to another member of the group while this one was away.
    #[error("{partition} is not {group}'s member's any more")]
    Fenced {
        /// The group.
        group: Group,
        /// The partition.
        partition: PartitionId,
    },
    /// The log cannot be reached now; trying again may help. What was asked for may have been done all the same.
    #[error("the log cannot be reached: {0}")]
    Unavailable(String),
    /// What reads the log for a member has ended by itself: nothing that the member waits for changes that, and who goes on is another.
    #[error("what reads the log has ended by itself: {0}")]
    Ended(String),
    /// A registry of schemas does not say what a record's schema is: trying again may help, or helps once somebody has mended
    /// the registry.
    #[error("{why}")]
    SchemaUnknown {
        /// The stable code of what is wrong with the registry.
        code: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The log is full, or takes no writes: trying again helps once somebody has made room.
    #[error("the log takes no writes: {0}")]
    Full(String),
    /// The log does not let us in, or not do this: trying again helps once somebody has allowed it.
    #[error("the log refuses access: {0}")]
    Refused(String),
    /// It is set up in a way that it cannot keep its promises by: somebody has to change a setting.
    #[error("the log is set up wrongly: {0}")]
    Misconfigured(String),
    /// What the log holds is not what it must hold.
    #[error("the log is damaged: {0}")]
    Damaged(String),
    /// A newer release has worked on this log.
    #[error("the schema log is at migration {found}, and this release knows {known} at most")]
    Newer {
        /// The migration that the tables are at.
        found: i64,
        /// The last one that this release knows.
        known: i64,
    },
    /// A migration was made on this log that is not the one of this release.
    #[error("migration {version} in the schema log is not the one that this release has")]
    Mismatch {
        /// The migration.
        version: i64,
    },
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
            Self::Ended(_) => "TASK_PANICKED",
            Self::SchemaUnknown { code, .. } => code,
            Self::Full(_) => "LOG_FULL",
            Self::Refused(_) => "LOG_REFUSED",
            Self::Misconfigured(_) => "LOG_MISCONFIGURED",
            Self::Damaged(_) => "LOG_DAMAGED",
            Self::Newer { .. } => "DATABASE_NEWER",
            Self::Mismatch { .. } => "DATABASE_MISMATCH",
        }
    }

    /// Whether trying again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::SchemaUnknown { .. } | Self::Full(_) | Self::Refused(_))
    }
}

fn at_most(limit: &Option<usize>) -> String {
    match limit {
        Some(limit) => format!(": {limit} at most"),
        None => ", by itself or with what was sent beside it (max.message.bytes)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_told_by_whoever_knows_it() {
        let told = |limit| LogError::RecordTooLarge { topic: Topic::new("t"), size: 9, limit }.to_string();
        assert_eq!(told(Some(8)), "a record of 9 bytes is larger than t takes: 8 at most");
        assert!(told(None).contains("max.message.bytes"));
    }
}
