//! Who is calling.

use ids::{OrgId, TokenId};
use serde::{Deserialize, Serialize};

use crate::role::Role;

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The organisation: nothing of another exists for this caller.
    pub org: OrgId,
    /// The caller's name in it.
    pub user: String,
    /// What they may do.
    pub role: Role,
    /// The token that they came with; none for the system itself.
    pub token: Option<TokenId>,
}
