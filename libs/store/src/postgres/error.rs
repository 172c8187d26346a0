//! What Postgres' errors mean to who asked.

use crate::error::StoreError;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(database) => {
                let state = database.code().unwrap_or_default();
                of_state(&state, format!("{} ({state})", database.message()))
            }
            E::PoolTimedOut => Self::Unavailable(
                "no connection to the database was to be had in time: it cannot be reached, or all are in use"
                    .to_owned(),
            ),
            E::Io(_) | E::Protocol(_) | E::PoolClosed | E::WorkerCrashed | E::BeginFailed => {
                Self::Unavailable(error.to_string())
            }
            E::Configuration(_) | E::Tls(_) => Self::Refused(error.to_string()),
            E::Encode(_) | E::InvalidArgument(_) => Self::Invalid(error.to_string()),
            _ => Self::Damaged(error.to_string()),
        }
    }
}

/// Source of the classes and codes: the PostgreSQL manual, appendix A, "PostgreSQL Error Codes".
fn of_state(state: &str, message: String) -> StoreError {
    match state {
        // disk_full, read_only_sql_transaction (a standby)
        "53100" | "25006" => StoreError::Full(message),
        // insufficient_privilege, invalid_catalog_name (no such database)
        "42501" | "3D000" => StoreError::Refused(message),
        // data_corrupted, index_corrupted
        "XX001" | "XX002" => StoreError::Damaged(message),
        _ => of_class(state.get(..2).unwrap_or_default(), message),
    }
}

fn of_class(class: &str, message: String) -> StoreError {
    match class {
        // Connection; transaction rolled back (deadlock, serialization); insufficient resources; not in the state for
        // it (lock timeout); operator intervention (starting up, shutting down, cancelled); system and internal errors;
        // a transaction that was ended for idling.
        "08" | "40" | "53" | "55" | "57" | "58" | "XX" | "25" => StoreError::Unavailable(message),
        // Invalid authorization.
        "28" => StoreError::Refused(message),
        // Data, integrity constraints, program limits.
        "22" | "23" | "54" => StoreError::Invalid(message),
        _ => StoreError::Damaged(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_says_whether_trying_again_helps() {
        // From the manual's table: what each code is called.
        let codes = [
            ("08006", "STORE_UNAVAILABLE"), // connection_failure
            ("40001", "STORE_UNAVAILABLE"), // serialization_failure
            ("40P01", "STORE_UNAVAILABLE"), // deadlock_detected
            ("53300", "STORE_UNAVAILABLE"), // too_many_connections
            ("55P03", "STORE_UNAVAILABLE"), // lock_not_available
            ("57014", "STORE_UNAVAILABLE"), // query_canceled
            ("57P01", "STORE_UNAVAILABLE"), // admin_shutdown
            ("57P02", "STORE_UNAVAILABLE"), // crash_shutdown
            ("57P03", "STORE_UNAVAILABLE"), // cannot_connect_now
            ("25P03", "STORE_UNAVAILABLE"), // idle_in_transaction_session_timeout
            ("58030", "STORE_UNAVAILABLE"), // io_error
            ("53100", "STORE_FULL"),        // disk_full
            ("25006", "STORE_FULL"),        // read_only_sql_transaction
            ("28P01", "STORE_REFUSED"),     // invalid_password
            ("42501", "STORE_REFUSED"),     // insufficient_privilege
            ("3D000", "STORE_REFUSED"),     // invalid_catalog_name
            ("22021", "STORE_INVALID"),     // character_not_in_repertoire
            ("23505", "STORE_INVALID"),     // unique_violation
            ("54000", "STORE_INVALID"),     // program_limit_exceeded
            ("XX001", "STORE_DAMAGED"),     // data_corrupted
            ("42P01", "STORE_DAMAGED"),     // undefined_table
        ];
        for (state, code) in codes {
            assert_eq!(of_state(state, String::new()).code(), code, "{state}");
        }
    }
}
