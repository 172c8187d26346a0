//! Who may do what, and who was refused (`plimsoll.gateway.v1`).

use ids::TokenId;
use serde::{Deserialize, Serialize};

/// Somebody got a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCreated {
    /// The token, not its secret.
    pub token_id: TokenId,
    /// Whose it is.
    pub user: String,
    /// `requester`, `approver` or `admin`.
    pub role: String,
    /// Who made it.
    pub by: String,
}

/// A token is no longer taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRevoked {
    /// The token.
    pub token_id: TokenId,
    /// Whose it was.
    pub user: String,
    /// Who revoked it.
    pub by: String,
}

/// A known caller was refused at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRefused {
    /// The caller's token.
    pub token_id: TokenId,
    /// The caller.
    pub user: String,
    /// The method of the request.
    pub method: String,
    /// The route, without the identifiers that it was called with.
    pub route: String,
    /// The stable code of the refusal.
    pub code: String,
}
