//! What the store answers when it cannot.

/// Why the store did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else committed first: load again, decide again.
    #[error("{aggregate} is at another version than {expected}, or the command was answered meanwhile")]
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
    /// The store cannot be reached now; trying again may help. What was asked for may have been done all the same.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// The store is full, or takes no writes: trying again helps once somebody has made room.
    #[error("the store takes no writes: {0}")]
    Full(String),
    /// The store does not let us in, or not do this: trying again helps once somebody has allowed it.
    #[error("the store refuses access: {0}")]
    Refused(String),
    /// The store cannot keep what it was given.
    #[error("the store cannot keep this: {0}")]
    Invalid(String),
    /// What the store holds is not what it must hold.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// A newer release has worked on this database.
    #[error("{schema} is at migration {found} of {set}, and this release knows {known} at most")]
    Newer {
        /// The schema.
        schema: String,
        /// Whose migrations: `store`, or the service's own.
        set: String,
        /// The migration that the database is at.
        found: i64,
        /// The last one that this release knows; 0 if none.
        known: i64,
    },
    /// A migration was made on this database that is not the one of this release.
    #[error("migration {version} of {set} in {schema} is not the one that this release has")]
    Mismatch {
        /// The schema.
        schema: String,
        /// Whose migrations: `store`, or the service's own.
        set: String,
        /// The migration.
        version: i64,
    },
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
            Self::Refused(_) => "STORE_REFUSED",
            Self::Invalid(_) => "STORE_INVALID",
            Self::Damaged(_) => "STORE_DAMAGED",
            Self::Newer { .. } => "DATABASE_NEWER",
            Self::Mismatch { .. } => "DATABASE_MISMATCH",
        }
    }

    /// Whether trying again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_) | Self::Refused(_) | Self::Conflict { .. })
    }
}
