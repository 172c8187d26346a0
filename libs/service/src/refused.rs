//! What a caller is told whose call is not done.

use serde_json::Value;
use store::StoreError;
use tonic::{Code, Status};

use crate::decider::DeciderError;
use crate::failure::Failure;

/// A refusal, as its caller and the log are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Of what kind it is.
    pub kind: Kind,
    /// The stable code, which has a page in `runbooks/`.
    pub code: &'static str,
    /// Why.
    pub message: String,
    /// What else is known: an object, or null.
    pub details: Value,
}

/// Of what kind a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// For this caller there is no such thing.
    NotFound,
    /// The caller may not.
    Forbidden,
    /// There is one already.
    Exists,
    /// It cannot be now.
    Conflict,
    /// It can never be.
    Invalid,
}

/// Why a call was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undone {
    /// The caller is refused.
    Refused(Refused),
    /// What is needed is away, or damaged.
    Failed(Failure),
}

impl Refused {
    /// A refusal with nothing else to know.
    #[must_use]
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), details: Value::Null }
    }

    /// With what else is known.
    #[must_use]
    pub fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }
}

impl From<Refused> for Undone {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Failure> for Undone {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<DeciderError> for Undone {
    fn from(error: DeciderError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Undone> for Status {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Refused(Refused { kind, code, message, details }) => {
                protos::call::refuse(kind.status(), code, message, &details)
            }
            Undone::Failed(Failure::Unavailable { code, message }) => {
                protos::call::refuse(Code::Unavailable, code, message, &Value::Null)
            }
            Undone::Failed(Failure::Unhandled { code, message }) => {
                // A fault of ours: what it was is for the log, not for the caller.
                tracing::error!(code, error = message, "a call failed");
                let message = "this is a fault of the server; its log says more";
                protos::call::refuse(Code::Internal, code, message, &Value::Null)
            }
        }
    }
}

impl Kind {
    fn status(self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::Forbidden => Code::PermissionDenied,
            Self::Exists => Code::AlreadyExists,
            Self::Conflict => Code::FailedPrecondition,
            Self::Invalid => Code::InvalidArgument,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_ours_is_not_told_to_callers() {
        let status = Status::from(Undone::from(Failure::unhandled("STORE_DAMAGED", "row 7 of s3cret")));
        assert_eq!((status.code(), protos::call::code(&status)), (Code::Internal, Some("STORE_DAMAGED")));
        assert!(!status.message().contains("s3cret"), "{status}");
        let status = Status::from(Undone::from(Failure::unavailable("STORE_UNAVAILABLE", "no route")));
        assert_eq!((status.code(), status.message()), (Code::Unavailable, "no route"));
    }
}
