//! The audit's own facts (`plimsoll.audit.v1`).

use serde::{Deserialize, Serialize};

/// The audit vouches for the log so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointSigned {
    /// The log's name.
    pub origin: String,
    /// How many leaves it has.
    pub size: i64,
    /// The root of its tree, in hexadecimal digits.
    pub root: String,
    /// The signed checkpoint (C2SP).
    pub note: String,
}
