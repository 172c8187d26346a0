//! What can go wrong with a model.

use std::time::Duration;

use phrasing::RequestError;

/// What can go wrong with a model. None of it holds anything that the endpoint said: what it says may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("the endpoint cannot be reached")]
    Unreachable,
    #[error("the endpoint did not answer in time")]
    Timeout,
    #[error("the endpoint asks for fewer requests")]
    RateLimited {
        /// When it wants to be asked again.
        after: Option<Duration>,
    },
    #[error("the endpoint refuses the key")]
    KeyRefused,
    #[error("the endpoint knows no such model, deployment or path")]
    NotFound,
    #[error("the endpoint refuses the request with status {0}")]
    RequestRefused(u16),
    #[error("the endpoint failed with status {0}")]
    Failed(u16),
    #[error("the answer ends before its end")]
    Truncated,
    #[error("the answer is too large")]
    TooLarge,
    #[error("the answer is no chat completion")]
    Garbled,
    #[error("the model declined to answer")]
    Declined,
    #[error("what the model wrote says more than the facts do")]
    AnswerRefused,
    #[error("the organisation's budget for the model is used up")]
    Budget,
    #[error("the endpoint failed too often, and is left alone for a while")]
    BreakerOpen,
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl Trouble {
    /// The stable code of the error, which has a page in `runbooks/`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "MODEL_UNREACHABLE",
            Self::Timeout => "MODEL_TIMEOUT",
            Self::RateLimited { .. } => "MODEL_RATE_LIMITED",
            Self::KeyRefused => "MODEL_KEY_REFUSED",
            Self::NotFound => "MODEL_NOT_FOUND",
            Self::RequestRefused(_) => "MODEL_REQUEST_REFUSED",
            Self::Failed(_) => "MODEL_FAILED",
            Self::Truncated => "MODEL_ANSWER_TRUNCATED",
            Self::TooLarge => "MODEL_ANSWER_TOO_LARGE",
            Self::Garbled => "MODEL_ANSWER_GARBLED",
            Self::Declined => "MODEL_DECLINED",
            Self::AnswerRefused => "MODEL_ANSWER_REFUSED",
            Self::Budget => "MODEL_BUDGET",
            Self::BreakerOpen => "MODEL_BREAKER_OPEN",
            Self::Request(error) => error.code(),
        }
    }

    /// Whether the same request may do better in a moment.
    pub(crate) fn may_pass(self) -> bool {
        matches!(self, Self::Unreachable | Self::RateLimited { .. } | Self::Failed(_))
    }

    /// Whether tokens may have been used, though no answer came of them.
    pub(crate) fn may_have_cost(self) -> bool {
        matches!(self, Self::Truncated | Self::TooLarge | Self::Timeout | Self::Garbled | Self::Declined)
    }

    /// Whether it is the endpoint's fault, so that others need not try either. What it refuses is about the one request: its
    /// form, its length, or words that a filter of the endpoint's does not like.
    pub(crate) fn is_the_endpoints(self) -> bool {
        match self {
            Self::Unreachable
            | Self::Timeout
            | Self::RateLimited { .. }
            | Self::KeyRefused
            | Self::NotFound
            | Self::Failed(_)
            | Self::Garbled => true,
            Self::RequestRefused(status) => !(400..500).contains(&status),
            Self::Truncated
            | Self::TooLarge
            | Self::Declined
            | Self::AnswerRefused
            | Self::Budget
            | Self::BreakerOpen
            | Self::Request(_) => false,
        }
    }
}
