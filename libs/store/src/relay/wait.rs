//! Waits after failures.

use std::time::Duration;

/// The first, doubled each time up to the longest.
const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(5);

/// How long is waited after the next failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait(Duration);

impl Default for Wait {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Wait {
    /// This time; the next one is longer.
    pub(super) fn take(&mut self) -> Duration {
        let now = self.0;
        self.0 = LONGEST.min(now * 2);
        now
    }

    /// All is well again.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }
}
