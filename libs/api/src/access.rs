//! Who is calling, and their tokens.

use access::Role;
use ids::{OrgId, TokenId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// `GET auth/me`: who is calling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The caller's name.
    pub user: String,
    /// What they may do.
    #[schema(value_type = String, example = "approver")]
    pub role: Role,
    /// The organisation.
    pub organisation: Organisation,
    /// The token that they came with.
    #[schema(value_type = Uuid)]
    pub token_id: TokenId,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Organisation {
    /// Its identifier.
    #[schema(value_type = Uuid)]
    pub id: OrgId,
    /// Its name.
    pub name: String,
}

/// `POST tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// Whose it is: 1 to 100 letters, digits and `._@+-`.
    pub user: String,
    /// What it lets them do.
    #[schema(value_type = String, example = "approver")]
    pub role: Role,
}

/// A token that was just made. Its secret is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// What to send as `Authorization: Bearer TOKEN`.
    pub token: String,
    /// What is known of it.
    #[serde(flatten)]
    pub info: TokenInfo,
}

impl std::fmt::Debug for NewToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewToken").field("token", &"***").field("info", &self.info).finish()
    }
}

/// What is known of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenInfo {
    /// Its identifier, not its secret.
    #[schema(value_type = Uuid)]
    pub token_id: TokenId,
    /// Whose it is.
    pub user: String,
    /// What it lets them do.
    #[schema(value_type = String, example = "approver")]
    pub role: Role,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was revoked, if it was.
    #[serde(with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
}
