//! How long it takes until nobody is behind.

use std::thread::sleep;
use std::time::{Duration, Instant};

use chaos::IN_TIME;
use stack::{SERVICES, Stack};

use crate::log::Log;

/// Nobody is behind for longer, or something is wrong.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(200);
/// Between two links of the chain nobody is behind for a moment.
const LOOKS: usize = 4;

/// How long it took, each time that it was looked.
#[derive(Debug, Default)]
pub(crate) struct Recovery {
    pub(crate) longest: Option<Duration>,
    in_time: usize,
    looked: usize,
}

impl Recovery {
    /// Waits until nobody is behind, and notes how long that took; whether it came to that.
    pub(crate) fn wait(&mut self, stack: &Stack, log: &Log) -> bool {
        let took = caught_up(stack, log);
        self.looked += 1;
        self.in_time += usize::from(took.is_some_and(|took| took <= IN_TIME));
        self.longest = self.longest.max(took);
        took.is_some()
    }

    /// How often it was in time, of how often.
    pub(crate) fn in_time(&self) -> (usize, usize) {
        (self.in_time, self.looked)
    }
}

/// Waits until every group has committed everything, and nothing waits in an outbox; says how long that took.
pub(crate) fn caught_up(stack: &Stack, log: &Log) -> Option<Duration> {
    #[expect(clippy::disallowed_methods, reason = "how long it takes is what is measured")]
    let began = Instant::now();
    let of = |service: &str| format!("(SELECT count(*) FROM \"{service}\".outbox)");
    let waiting = format!("SELECT {};\n", SERVICES.map(of).join(" + "));
    let (mut looks, mut first) = (0, None);
    while looks < LOOKS {
        if began.elapsed() > PATIENCE {
            return None;
        }
        let is_empty = || stack.sql(&waiting).is_ok_and(|count| count.trim() == "0");
        if matches!(log.lag(), Ok(0)) && is_empty() {
            looks += 1;
            first = first.or(Some(began.elapsed()));
        } else {
            (looks, first) = (0, None);
        }
        sleep(LOOK);
    }
    first
}
