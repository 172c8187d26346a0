//! A clock that goes on by a second each time that it is asked.

use std::sync::atomic::{AtomicI64, Ordering};

use service::Clock;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

#[derive(Default)]
pub(crate) struct TestClock {
    asked: AtomicI64,
}

impl TestClock {
    fn next(&self) -> i64 {
        self.asked.fetch_add(1, Ordering::Relaxed)
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        // Within the lifetime of a voucher.
        datetime!(2026-11-21 12:00 UTC) + Duration::milliseconds(self.next())
    }

    fn new_id(&self) -> Uuid {
        Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + u128::from(self.next().unsigned_abs()))
    }
}
