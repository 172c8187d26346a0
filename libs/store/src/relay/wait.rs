//! Waits after failures.

use std::time::Duration;

/// The first, doubled each time up to the longest.
const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(5);

/// How long is waited after the next failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    next: Duration,
    longest: Duration,
}

impl Default for Wait {
    fn default() -> Self {
        Self::up_to(LONGEST)
    }
}

impl Wait {
    /// As long as that at most.
    pub(super) fn up_to(longest: Duration) -> Self {
        Self { next: FIRST, longest }
    }

    /// This time; the next one is longer.
    pub(super) fn take(&mut self) -> Duration {
        let now = self.next;
        self.next = self.longest.min(now * 2);
        now
    }

    /// All is well again.
    pub(super) fn reset(&mut self) {
        self.next = FIRST;
    }
}
