//! What the store answers when it cannot.

/// Why the store did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else committed first: load again, decide again.
    #[error("{aggregate} is at another version than {expected}")]
    Conflict {
        /// The aggregate.
        aggregate: String,
        /// The version that was expected.
        expected: u64,
    },
    /// The event was handled before.
    #[error("{aggregate} has been handled to {sequence} or beyond")]
    Duplicate {
        /// The aggregate.
        aggregate: String,
        /// The event's sequence.
        sequence: u64,
    },
    /// The store cannot be reached now; trying again may help.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// The store is full, or takes no writes: trying again helps once somebody has made room.
    #[error("the store takes no writes: {0}")]
    Full(String),
    /// What the store holds is not what it must hold.
    #[error("the store is damaged: {0}")]
    Damaged(String),
}

impl StoreError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "STORE_CONFLICT",
            Self::Duplicate { .. } => "STORE_DUPLICATE",
            Self::Unavailable(_) => "STORE_UNAVAILABLE",
            Self::Full(_) => "STORE_FULL",
            Self::Damaged(_) => "STORE_DAMAGED",
        }
    }

    /// Whether trying again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_) | Self::Conflict { .. })
    }
}
