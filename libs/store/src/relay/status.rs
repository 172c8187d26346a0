//! What a relay is doing.

use event_log::LogError;

use crate::error::StoreError;

/// What a relay is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayStatus {
    /// It is not this one's turn.
    Waiting,
    /// It publishes what comes.
    Publishing,
    /// Something waits, and is tried again.
    Failing {
        /// The stable code of the error.
        code: &'static str,
        /// The error.
        message: String,
    },
}

/// Why something was not published yet.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log did not take it.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl RelayError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Log(error) => error.code(),
        }
    }
}
