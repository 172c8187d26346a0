//! What an error of the database means to the log.

use std::time::Duration;

use crate::error::LogError;

/// What an error of the database means to the log.
pub(super) fn failure(error: sqlx::Error) -> LogError {
    match &error {
        sqlx::Error::Database(refusal) if !is_passing(refusal.code().as_deref().unwrap_or_default()) => {
            LogError::Damaged(error.to_string())
        }
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
            LogError::Damaged(error.to_string())
        }
        _ => LogError::Unavailable(error.to_string()),
    }
}

/// The server gave no answer.
pub(super) fn no_answer(after: Duration) -> LogError {
    LogError::Unavailable(format!("no answer within {} ms", after.as_millis()))
}

/// Whether an SQLSTATE speaks of the server's condition, not of the statement: connections (08), authorisation, which
/// a restarting server may refuse (28), rollbacks (40), resources and a full disk (53), objects in use (55), operators
/// (57), the system (58), a server that takes no writes (25006), a database that is not there (3D000).
/// Source: PostgreSQL 15, appendix A.
fn is_passing(sqlstate: &str) -> bool {
    const CLASSES: [&str; 7] = ["08", "28", "40", "53", "55", "57", "58"];
    CLASSES.iter().any(|class| sqlstate.starts_with(class)) || matches!(sqlstate, "25006" | "3D000")
}
