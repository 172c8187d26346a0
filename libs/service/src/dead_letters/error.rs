//! Why nothing was done with a dead letter.

use store::StoreError;

/// Why nothing was done with a dead letter.
#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    /// There is none.
    #[error("there is no dead letter {id}")]
    NotFound {
        /// What was asked for.
        id: String,
    },
    /// An earlier event of its key comes first.
    #[error("{id} waits behind {first}: retry or discard that one first")]
    Waits {
        /// What was asked for.
        id: String,
        /// What it waits behind.
        first: String,
    },
    /// It is done with.
    #[error("{id} is {state}")]
    Settled {
        /// What was asked for.
        id: String,
        /// `handled` or `discarded`.
        state: &'static str,
    },
    /// It is being handled again.
    #[error("{id} is being handled again: wait for the outcome")]
    Busy {
        /// What was asked for.
        id: String,
    },
    /// The store says no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeadLetterError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "DEAD_LETTER_NOT_FOUND",
            Self::Waits { .. } => "DEAD_LETTER_WAITS",
            Self::Settled { .. } => "DEAD_LETTER_SETTLED",
            Self::Busy { .. } => "DEAD_LETTER_BUSY",
            Self::Store(error) => error.code(),
        }
    }
}
