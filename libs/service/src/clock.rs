//! Time and new identifiers, which come from outside of everything that decides.

use time::OffsetDateTime;
use uuid::Uuid;

/// Where time and new identifiers come from; the simulator has its own.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC, to the microsecond.
    fn now(&self) -> OffsetDateTime;

    /// A new identifier (UUIDv7).
    fn new_id(&self) -> Uuid;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        let now = OffsetDateTime::now_utc();
        // Events and Postgres keep microseconds: what is kept is what was seen.
        now.replace_nanosecond(now.microsecond() * 1000).unwrap_or(now)
    }

    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
