//! What an error of the database means to the log.

use std::time::Duration;

use crate::error::LogError;

/// What an error of the database means to the log.
pub(super) fn failure(error: sqlx::Error) -> LogError {
    use sqlx::Error as E;
    match &error {
        E::Database(refusal) => {
            let state = refusal.code().unwrap_or_default();
            of_state(&state, format!("{} ({state})", refusal.message()))
        }
        E::Io(_) | E::Protocol(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::BeginFailed => {
            LogError::Unavailable(error.to_string())
        }
        E::Configuration(_) | E::Tls(_) => LogError::Refused(error.to_string()),
        _ => LogError::Damaged(error.to_string()),
    }
}

/// Whether an error says that the server cannot be reached, or lets nobody in: not only this statement failed.
pub(super) fn concerns_all(error: &sqlx::Error) -> bool {
    use sqlx::Error as E;
    match error {
        E::Database(refusal) => {
            let state = refusal.code().unwrap_or_default();
            // Connection; invalid authorization; no such database; too_many_connections; admin_shutdown,
            // crash_shutdown, cannot_connect_now.
            ["08", "28", "3D", "53300", "57P"].iter().any(|prefix| state.starts_with(prefix))
        }
        E::Io(_) | E::Protocol(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Tls(_) => true,
        _ => false,
    }
}

/// The server gave no answer.
pub(super) fn no_answer(after: Duration) -> LogError {
    LogError::Unavailable(format!("no answer within {} ms", after.as_millis()))
}

/// Source of the classes and codes: the PostgreSQL manual, appendix A, "PostgreSQL Error Codes".
fn of_state(state: &str, message: String) -> LogError {
    match state {
        // disk_full, read_only_sql_transaction (a standby)
        "53100" | "25006" => LogError::Full(message),
        // insufficient_privilege, invalid_catalog_name (no such database)
        "42501" | "3D000" => LogError::Refused(message),
        // data_corrupted, index_corrupted
        "XX001" | "XX002" => LogError::Damaged(message),
        _ => match state.get(..2).unwrap_or_default() {
            // Connection; transaction rolled back; insufficient resources; not in the state for it; operator
            // intervention (starting up, shutting down, cancelled); system and internal errors; a transaction that was
            // ended for idling.
            "08" | "40" | "53" | "55" | "57" | "58" | "XX" | "25" => LogError::Unavailable(message),
            // Invalid authorization.
            "28" => LogError::Refused(message),
            _ => LogError::Damaged(message),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_says_whether_trying_again_helps() {
        // From the manual's table: what each code is called.
        let codes = [
            ("08006", "LOG_UNAVAILABLE"), // connection_failure
            ("40P01", "LOG_UNAVAILABLE"), // deadlock_detected
            ("53300", "LOG_UNAVAILABLE"), // too_many_connections
            ("55P03", "LOG_UNAVAILABLE"), // lock_not_available
            ("57014", "LOG_UNAVAILABLE"), // query_canceled
            ("57P02", "LOG_UNAVAILABLE"), // crash_shutdown
            ("57P03", "LOG_UNAVAILABLE"), // cannot_connect_now
            ("25P03", "LOG_UNAVAILABLE"), // idle_in_transaction_session_timeout
            ("53100", "LOG_FULL"),        // disk_full
            ("25006", "LOG_FULL"),        // read_only_sql_transaction
            ("28P01", "LOG_REFUSED"),     // invalid_password
            ("42501", "LOG_REFUSED"),     // insufficient_privilege
            ("3D000", "LOG_REFUSED"),     // invalid_catalog_name
            ("23505", "LOG_DAMAGED"),     // unique_violation: an offset that exists already
            ("XX001", "LOG_DAMAGED"),     // data_corrupted
            ("42P01", "LOG_DAMAGED"),     // undefined_table
        ];
        for (state, code) in codes {
            let error = of_state(state, String::new());
            assert_eq!((error.code(), error.is_transient()), (code, code != "LOG_DAMAGED"), "{state}");
        }
    }
}
