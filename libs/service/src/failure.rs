//! Why an event was not handled.

use event_log::LogError;
use events::{DecodeError, Service};
use store::StoreError;

use crate::config::ConfigError;

/// Why an event was not handled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// What is needed is away for now: the event is tried again until it is back, and its partition waits.
    #[error("{code}: {message}")]
    Unavailable {
        /// The stable code.
        code: &'static str,
        /// The error.
        message: String,
    },
    /// The event itself cannot be handled: it is tried a few times more, then parked with its aggregate.
    #[error("{code}: {message}")]
    Unhandled {
        /// The stable code.
        code: &'static str,
        /// The error.
        message: String,
    },
}

impl Failure {
    /// What is needed is away for now.
    #[must_use]
    pub fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        Self::Unavailable { code, message: message.into() }
    }

    /// The event itself cannot be handled.
    #[must_use]
    pub fn unhandled(code: &'static str, message: impl Into<String>) -> Self {
        Self::Unhandled { code, message: message.into() }
    }

    /// What was being done panicked. What it said may hold the words of an event or of a manifest, and is not told.
    #[must_use]
    pub fn panicked(what: &str) -> Self {
        Self::unhandled("HANDLER_PANICKED", format!("{what} panicked"))
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { code, .. } | Self::Unhandled { code, .. } => code,
        }
    }

    /// As people are told who wait for what the event should have led to: that a service broke down on it is nothing that
    /// they can mend, and not for them to take for their own fault.
    #[must_use]
    pub fn for_people(&self, service: Service) -> Self {
        match self {
            Self::Unhandled { code: "HANDLER_PANICKED", .. } => {
                let message =
                    format!("the service {service} broke down on this input, each time that it was tried");
                Self::unhandled("ENGINE_PANICKED", message)
            }
            other => other.clone(),
        }
    }

    /// The error, without its code.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Unavailable { message, .. } | Self::Unhandled { message, .. } => message,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error.is_transient() {
            true => Self::unavailable(error.code(), error.to_string()),
            false => Self::unhandled(error.code(), error.to_string()),
        }
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        match error.is_transient() {
            true => Self::unavailable(error.code(), error.to_string()),
            false => Self::unhandled(error.code(), error.to_string()),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::unhandled(error.code(), error.to_string())
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::unhandled(error.code(), error.to_string())
    }
}
