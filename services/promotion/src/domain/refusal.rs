//! Why a person is refused.

use access::Role;
use serde_json::{Value, json};
use service::{Kind, Refused};

use super::promotion::Status;

/// Why a person is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The organisation has no such promotion; others' do not exist for it.
    #[error("there is no such promotion")]
    NotFound,
    /// The promotion exists: the request is one that was made before.
    #[error("the promotion exists already")]
    Exists,
    /// The role does not allow it.
    #[error("this needs the role {needed}")]
    Forbidden {
        /// The least role that does.
        needed: Role,
    },
    /// The preview is not complete.
    #[error("the preview is not complete yet")]
    NotReady,
    /// Another preview than the one that is there.
    #[error("the preview's hash is {actual}, not the one that was given")]
    HashMismatch {
        /// The preview as it is.
        actual: String,
    },
    /// Nobody can approve this plan.
    #[error("{}", obstacle(.code))]
    Obstacle {
        /// `PLAN_BLOCKED` or `NOTHING_TO_PROMOTE`.
        code: &'static str,
    },
    /// Who asked for it may not approve it.
    #[error("nobody approves what they asked for themselves; the application's selfApproval would allow it")]
    SelfApproval,
    /// A finding counts again that was waived in the preview.
    #[error("the waiver of {waiver} {why}; ask for the preview again, in which what it waived counts")]
    WaiverEnded {
        /// What people call the waiver.
        waiver: String,
        /// Since when, or how.
        why: String,
    },
    /// They have approved it, or it needs no approval any more.
    #[error("{user} has approved it already")]
    ApprovedByThem {
        /// Who.
        user: String,
    },
    /// Enough others have approved it.
    #[error("it has its approvals already: the promotion is {status}")]
    ApprovedByOthers {
        /// Where it stands.
        status: Status,
    },
    /// It is too late to reject it.
    #[error("the promotion is {status}: to withdraw it now, delete its branch in Git instead of merging it")]
    Pushed {
        /// Where it stands.
        status: Status,
    },
    /// Nothing can be decided about it any more.
    #[error("the promotion is {status}; nothing can be decided about it any more")]
    Closed {
        /// Where it stands.
        status: Status,
    },
}

/// The codes of plans that nobody can approve.
const OBSTACLES: [(&str, &str); 3] = [
    ("PLAN_PARTIAL", "the plan is partial: inputs that it names could not be read"),
    ("PLAN_BLOCKED", "the plan is blocked: its blocked places have to be settled first"),
    ("NOTHING_TO_PROMOTE", "the plan changes nothing"),
];

fn obstacle(code: &str) -> &'static str {
    OBSTACLES.iter().find(|(known, _)| *known == code).map_or("the plan cannot be approved", |(_, text)| text)
}

impl Refusal {
    /// The refusal of a plan with this obstacle; one that is not known counts as blocked.
    pub(super) fn obstacle(code: &str) -> Self {
        let known = OBSTACLES.iter().find(|(known, _)| *known == code);
        Self::Obstacle { code: known.map_or("PLAN_BLOCKED", |(known, _)| known) }
    }

    /// The stable code, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "PROMOTION_NOT_FOUND",
            Self::Exists => "PROMOTION_EXISTS",
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::NotReady => "PREVIEW_NOT_READY",
            Self::HashMismatch { .. } => "PREVIEW_HASH_MISMATCH",
            Self::Obstacle { code } => code,
            Self::SelfApproval => "SELF_APPROVAL",
            Self::WaiverEnded { .. } => "WAIVER_ENDED",
            Self::ApprovedByThem { .. } | Self::ApprovedByOthers { .. } => "ALREADY_APPROVED",
            Self::Pushed { .. } | Self::Closed { .. } => "PROMOTION_CLOSED",
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let kind = match &refusal {
            Refusal::NotFound => Kind::NotFound,
            Refusal::Forbidden { .. } | Refusal::SelfApproval => Kind::Forbidden,
            Refusal::Exists => Kind::Exists,
            _ => Kind::Conflict,
        };
        let details = match &refusal {
            Refusal::Forbidden { needed } => json!({ "role": needed }),
            Refusal::HashMismatch { actual } => json!({ "preview_hash": actual }),
            Refusal::ApprovedByOthers { status }
            | Refusal::Pushed { status }
            | Refusal::Closed { status } => {
                json!({ "status": status })
            }
            _ => Value::Null,
        };
        Self::new(kind, refusal.code(), refusal.to_string()).with(details)
    }
}
