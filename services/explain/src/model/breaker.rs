//! Leaving an endpoint alone that fails.

use std::time::Duration;

use time::OffsetDateTime;

/// After so many failures in a row nobody asks for a while.
const FAILURES: u32 = 5;
const FIRST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Whether an endpoint may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Breaker {
    failures: u32,
    /// How often it opened in a row, and until when.
    opened: Option<(u32, OffsetDateTime)>,
}

impl Breaker {
    /// Whether it may be asked now. When the time is over, one is let through and decides for the others.
    pub(crate) fn lets_through(&mut self, now: OffsetDateTime) -> bool {
        match self.opened {
            None => true,
            Some((_, until)) if now < until => false,
            Some((times, _)) => {
                self.opened = Some((times, now + wait(times)));
                true
            }
        }
    }

    /// It answered, whatever it said.
    pub(crate) fn worked(&mut self) {
        *self = Self::default();
    }

    /// It refused one request, which says nothing about others: where one was let through to decide, the next one decides.
    pub(crate) fn learned_nothing(&mut self, now: OffsetDateTime) {
        if let Some((times, _)) = self.opened {
            self.opened = Some((times, now));
        }
    }

    /// It failed.
    pub(crate) fn failed(&mut self, now: OffsetDateTime) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            let times = self.opened.map_or(1, |(times, _)| times.saturating_add(1));
            self.opened = Some((times, now + wait(times)));
        }
    }

    /// Whether nobody asks now.
    pub(crate) fn is_open(&self) -> bool {
        self.opened.is_some()
    }
}

fn wait(times: u32) -> Duration {
    FIRST.saturating_mul(1 << times.saturating_sub(1).min(10)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(seconds)
    }

    #[test]
    fn it_opens_after_five_failures_and_lets_one_through_when_the_time_is_over() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker.failed(at(0));
        }
        assert!(breaker.lets_through(at(0)) && !breaker.is_open());
        breaker.failed(at(0));
        assert!(breaker.is_open() && !breaker.lets_through(at(59)));
        assert!(breaker.lets_through(at(60)));
        // The others wait for what becomes of it.
        assert!(!breaker.lets_through(at(60)));
        breaker.failed(at(61));
        assert!(!breaker.lets_through(at(61 + 119)));
        assert!(breaker.lets_through(at(61 + 120)));
        breaker.worked();
        assert!(breaker.lets_through(at(181)) && breaker.lets_through(at(181)) && !breaker.is_open());
    }

    /// A request that is refused for what is in it neither opens nor closes it, and leaves the decision to the next one.
    #[test]
    fn what_says_nothing_of_it_decides_nothing() {
        let mut breaker = Breaker::default();
        for second in 0..10 {
            breaker.learned_nothing(at(second));
        }
        assert!(breaker.lets_through(at(10)) && !breaker.is_open());
        (0..4).for_each(|_| breaker.failed(at(10)));
        breaker.learned_nothing(at(10));
        breaker.failed(at(10));
        assert!(breaker.is_open() && breaker.lets_through(at(70)) && !breaker.lets_through(at(70)));
        breaker.learned_nothing(at(71));
        assert!(breaker.is_open() && breaker.lets_through(at(71)) && !breaker.lets_through(at(71)));
    }

    #[test]
    fn it_waits_for_a_quarter_of_an_hour_at_most() {
        let waits: Vec<u64> = (1..8).map(|times| wait(times).as_secs()).collect();
        assert_eq!(waits, [60, 120, 240, 480, 900, 900, 900]);
    }
}
