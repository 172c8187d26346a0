//! How long to wait before the next try.

use std::time::Duration;

use crate::clock::Clock;

/// Waits that double up to a longest one, half of each drawn by lot, so that those who failed together do not come
/// back together (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: "equal jitter").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait.
    pub first: Duration,
    /// No wait is longer.
    pub longest: Duration,
}

impl Backoff {
    /// The wait after so many failures in a row (from 1). The lot decides where in the wait's second half it ends: 0 is its
    /// middle, `u32::MAX` its end.
    #[must_use]
    pub fn delay(self, failures: u32, lot: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1 << doublings).min(self.longest);
        let half = whole / 2;
        half + half.mul_f64(f64::from(lot) / f64::from(u32::MAX))
    }
}

/// A number by lot: the last bits of a new identifier, which a UUID of version 7 draws at random.
#[must_use]
pub fn lot(clock: &dyn Clock) -> u32 {
    let [.., a, b, c, d] = clock.new_id().into_bytes();
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff =
        Backoff { first: Duration::from_millis(100), longest: Duration::from_millis(1000) };

    #[test]
    fn waits_double_up_to_the_longest() {
        // 100, 200, 400, 800 and then 1000 ms, at their ends.
        let waits =
            [1, 2, 3, 4, 5, 6, u32::MAX].map(|failures| BACKOFF.delay(failures, u32::MAX).as_millis());
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000, 1000]);
    }

    #[test]
    fn the_lot_decides_about_the_second_half() {
        assert_eq!(BACKOFF.delay(2, 0), Duration::from_millis(100));
        let middle = BACKOFF.delay(2, u32::MAX / 2);
        assert!((Duration::from_millis(149)..=Duration::from_millis(150)).contains(&middle), "{middle:?}");
    }
}
