//! Errors.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The body of every answer that is an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// An error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErrorDetail {
    /// The stable code, which has a page in `runbooks/`.
    #[schema(example = "PROMOTION_NOT_FOUND")]
    pub code: String,
    /// The error in words.
    pub message: String,
    /// What else is known of it; an empty object if nothing is.
    #[schema(value_type = Object)]
    pub details: Value,
}
