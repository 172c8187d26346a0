//! Numbers that look random and are the same in every run (Steele, Lea, Flood: SplitMix64, 2014).

/// A sequence of numbers.
#[derive(Debug)]
pub struct Seeded(pub u64);

impl Seeded {
    /// The next number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound.max(1)
    }

    /// Puts several in an order drawn by lot (Fisher and Yates, as Durstenfeld wrote it down in 1964).
    pub fn shuffle<T>(&mut self, several: &mut [T]) {
        for last in (1..several.len()).rev() {
            let drawn = self.below(u64::try_from(last + 1).unwrap_or(u64::MAX));
            several.swap(last, usize::try_from(drawn).unwrap_or(last));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lot_has_each_once() {
        let mut drawn: Vec<usize> = (0..100).collect();
        Seeded(1).shuffle(&mut drawn);
        assert!(!drawn.is_sorted());
        drawn.sort_unstable();
        assert!(drawn.into_iter().eq(0..100));
    }

    /// The first outputs for the seed 1234567, as the reference implementation prints them.
    #[test]
    fn the_numbers_are_those_of_the_reference() {
        let mut seeded = Seeded(1_234_567);
        for number in [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423] {
            assert_eq!(seeded.below(u64::MAX), number);
        }
    }
}
