//! Why an expression gives no value.

/// Why an expression gives no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An error of the evaluation, as the API server would have it too: `no such key: replicas`.
    Error(String),
    /// It depends on something that only the API server knows.
    Unknown(String),
    /// It needs something of the language that is not there.
    Unsupported(String),
    /// It takes more steps than it may.
    Steps,
}

/// A value, or why there is none.
pub(crate) type Evaluated<T = crate::value::Val> = Result<T, Fault>;

impl Fault {
    pub(crate) fn error<T>(text: impl Into<String>) -> Evaluated<T> {
        Err(Self::Error(text.into()))
    }

    /// As cel-go says it.
    pub(crate) fn overload<T>() -> Evaluated<T> {
        Self::error("no such overload")
    }

    /// Which of two faults of `a && b` is the one to tell: what we lack, then what nobody knows, then errors.
    pub(crate) fn of_both(self, other: Self) -> Self {
        let rank = |fault: &Self| match fault {
            Self::Steps => 0,
            Self::Unsupported(_) => 1,
            Self::Unknown(_) => 2,
            Self::Error(_) => 3,
        };
        if rank(&other) < rank(&self) { other } else { self }
    }
}
