//! The gate: while it is closed nobody asks for anything, and nobody's patience gets shorter.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often it is looked whether it is open again.
const LOOK: Duration = Duration::from_millis(10);

/// The gate that people go through before they ask for anything.
#[derive(Debug)]
pub(crate) struct Gate(Mutex<Hours>);

/// When it was closed, and for how long.
#[derive(Debug)]
struct Hours {
    began: Instant,
    closed_at: Option<Instant>,
    closed: Duration,
}

impl Gate {
    /// An open one.
    pub(crate) fn open() -> Self {
        Self(Mutex::new(Hours::from(now())))
    }

    pub(crate) fn close(&self) {
        let mut hours = self.hours();
        hours.close(now());
    }

    pub(crate) fn open_again(&self) {
        let mut hours = self.hours();
        hours.open(now());
    }

    /// Returns when it is open.
    pub(crate) fn pass(&self) {
        while self.hours().closed_at.is_some() {
            sleep(LOOK);
        }
    }

    /// How long it has been open so far: time that people had.
    pub(crate) fn time(&self) -> Duration {
        let hours = self.hours();
        hours.open_until(now())
    }

    fn hours(&self) -> MutexGuard<'_, Hours> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hours {
    fn from(began: Instant) -> Self {
        Self { began, closed_at: None, closed: Duration::ZERO }
    }

    fn close(&mut self, now: Instant) {
        self.closed_at.get_or_insert(now);
    }

    fn open(&mut self, now: Instant) {
        if let Some(since) = self.closed_at.take() {
            self.closed += now.saturating_duration_since(since);
        }
    }

    fn open_until(&self, now: Instant) -> Duration {
        let now = self.closed_at.unwrap_or(now);
        now.saturating_duration_since(self.began).saturating_sub(self.closed)
    }
}

#[expect(clippy::disallowed_methods, reason = "how long people wait is what is measured")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Open for 3 s, closed for 10, open for 4, closed since.
    #[test]
    fn time_stands_still_while_it_is_closed() {
        let began = now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let mut hours = Hours::from(began);
        let open = |hours: &Hours, seconds| hours.open_until(at(seconds)).as_secs();
        assert_eq!(open(&hours, 3), 3);
        hours.close(at(3));
        assert_eq!(open(&hours, 8), 3);
        // Who closes or opens it twice changes nothing.
        hours.close(at(9));
        assert_eq!(open(&hours, 12), 3);
        hours.open(at(13));
        hours.open(at(14));
        assert_eq!((open(&hours, 13), open(&hours, 17)), (3, 7));
        hours.close(at(17));
        assert_eq!(open(&hours, 1000), 7);
    }

    #[test]
    fn nobody_passes_while_it_is_closed() {
        let gate = Gate::open();
        gate.pass();
        gate.close();
        let before = gate.time();
        let (has_passed, after) = std::thread::scope(|scope| {
            let passing = scope.spawn(|| gate.pass());
            sleep(5 * LOOK);
            let seen = (passing.is_finished(), gate.time());
            gate.open_again();
            seen
        });
        assert_eq!((has_passed, after), (false, before));
    }
}
