//! Where a database is.

use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A connection URL. It may hold a password, so `Debug` does not show it and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// A URL as `DATABASE_URL` has it.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The URL of a database behind the socket in this directory, as libpq and sqlx read it.
    pub(crate) fn local(sockets: &Path, role: &str, database: &str) -> Self {
        let mut host = String::new();
        for byte in sockets.as_os_str().as_bytes() {
            match byte {
                b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                    host.push(char::from(*byte));
                }
                _ => host.push_str(&format!("%{byte:02X}")),
            }
        }
        Self(format!("postgresql:///{database}?host={host}&port=5432&user={role}"))
    }

    /// The whole URL, with its password if it has one: to connect with, never to print.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseUrl(..)")
    }
}
