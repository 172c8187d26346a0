//! A token as it is kept.

use access::Role;
use events::{Event, Message};
use serde::{Deserialize, Serialize};
use service::Aggregate;
use time::OffsetDateTime;

/// A token as it is kept: never its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Of the secret; it is in no event.
    pub(crate) digest: String,
    pub(crate) user: String,
    pub(crate) role: Option<Role>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) created_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) revoked_at: Option<OffsetDateTime>,
    /// How often its holder was refused at the door.
    pub(crate) refused: u64,
}

impl Kept {
    /// One that is being made.
    pub(crate) fn with_digest(digest: String) -> Self {
        Self { digest, user: String::new(), role: None, created_at: None, revoked_at: None, refused: 0 }
    }

    /// Whether it is taken, and is this user's in this role.
    pub(crate) fn is(&self, user: &str, role: Role) -> bool {
        self.revoked_at.is_none() && self.user == user && self.role == Some(role)
    }
}

impl Aggregate for Kept {
    fn evolve(state: Option<Self>, message: &Message) -> Option<Self> {
        let mut kept = state?;
        match &message.event {
            Event::TokenCreated(created) => {
                kept.user = created.user.clone();
                kept.role = created.role.parse().ok();
                kept.created_at = Some(message.envelope.time);
            }
            Event::TokenRevoked(_) => kept.revoked_at = Some(message.envelope.time),
            Event::AccessRefused(_) => kept.refused += 1,
            _ => {}
        }
        Some(kept)
    }
}
