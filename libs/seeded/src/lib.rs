//! Numbers that look random and follow from a seed, for tests that draw lots.

use std::ops::RangeInclusive;

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
#[derive(Debug, Clone)]
pub struct Lot(u64);

impl Lot {
    /// The generator of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The generator of this name and seed. Where everything that draws has one of its own, one more draw here changes
    /// nothing there.
    #[must_use]
    pub fn of(seed: u64, name: &str) -> Self {
        // FNV-1a, so that names that differ in one letter begin far apart.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut lot = Self(seed ^ hash);
        lot.0 = lot.draw();
        lot
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// The next number below a bound; 0 below 0. Modulo favours small numbers by less than a billionth where bounds are
    /// as small as those of tests.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound.max(1)
    }

    /// A number of a range.
    pub fn of_range(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (low, high) = range.into_inner();
        low + self.below(high - low + 1)
    }

    /// Whether something happens that happens so often in ten thousand times.
    pub fn hits(&mut self, of_ten_thousand: u32) -> bool {
        self.below(10_000) < u64::from(of_ten_thousand)
    }

    /// One of several; none of none.
    pub fn among<'t, T>(&mut self, several: &'t [T]) -> Option<&'t T> {
        let index = self.below(several.len() as u64);
        several.get(usize::try_from(index).unwrap_or(0))
    }

    /// Puts several in an order drawn by lot (Fisher and Yates, as Durstenfeld wrote it down in 1964).
    pub fn shuffle<T>(&mut self, several: &mut [T]) {
        for last in (1..several.len()).rev() {
            let drawn = self.below(last as u64 + 1);
            several.swap(last, usize::try_from(drawn).unwrap_or(last));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the published generator with the state 1234567 (the test vector of the Java and C versions).
    #[test]
    fn it_is_the_published_generator() {
        let mut lot = Lot::new(1_234_567);
        assert_eq!(
            [lot.draw(), lot.draw(), lot.draw()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    /// The published algorithm with the published numbers, worked out by hand; and each is drawn once.
    #[test]
    fn an_order_has_each_once() {
        let mut few = ['a', 'b', 'c', 'd'];
        Lot::new(1_234_567).shuffle(&mut few);
        // 6457827717110365317 % 4, 3203168211198807973 % 3 and 9817491932198370423 % 2 are 1: the fourth, the third and the second
        // change places with the second, one after another.
        assert_eq!(few, ['a', 'c', 'd', 'b']);
        let mut many: Vec<usize> = (0..100).collect();
        Lot::new(1).shuffle(&mut many);
        assert!(!many.is_sorted());
        many.sort_unstable();
        assert!(many.into_iter().eq(0..100));
    }

    /// A range holds both its ends, and nothing else.
    #[test]
    fn a_range_is_drawn_from_end_to_end() {
        let mut lot = Lot::of(7, "a range");
        let drawn: std::collections::BTreeSet<u64> = (0..200).map(|_| lot.of_range(3..=6)).collect();
        assert_eq!(Vec::from_iter(drawn), [3, 4, 5, 6]);
        assert_eq!(lot.among::<u64>(&[]), None);
    }
}
