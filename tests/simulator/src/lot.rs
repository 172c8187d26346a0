//! Numbers by lot, which follow from a seed and a name alone.

use std::ops::RangeInclusive;

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014). Everything that
/// draws has a generator of its own, so that one more draw here changes nothing there.
#[derive(Debug, Clone)]
pub(crate) struct Lot(u64);

impl Lot {
    /// The generator of this name in the history of this seed.
    pub(crate) fn of(seed: u64, name: &str) -> Self {
        // FNV-1a, so that names that differ in one letter begin far apart.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut lot = Self(seed ^ hash);
        lot.0 = lot.next();
        lot
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number of a range. Modulo favours small numbers by less than a billionth here.
    pub(crate) fn of_range(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (low, high) = range.into_inner();
        low + self.next() % (high - low + 1)
    }

    /// Whether something happens that happens so often in ten thousand times.
    pub(crate) fn hits(&mut self, of_ten_thousand: u32) -> bool {
        self.next() % 10_000 < u64::from(of_ten_thousand)
    }

    /// One of several.
    pub(crate) fn among<'t, T>(&mut self, several: &'t [T]) -> Option<&'t T> {
        let index = self.next() % (several.len().max(1) as u64);
        several.get(usize::try_from(index).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the published generator with the state 1234567 (the test vector of the Java and C versions).
    #[test]
    fn it_is_the_published_generator() {
        let mut lot = Lot(1_234_567);
        assert_eq!(
            [lot.next(), lot.next(), lot.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }
}
