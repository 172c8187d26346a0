//! Exact fractions.

use price_book::round_half_even;
use rust_decimal::Decimal;

/// A fraction in lowest terms. Arithmetic that does not fit into 128 bits gives nothing, and never a wrong value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ratio {
    numerator: i128,
    /// Above zero.
    denominator: i128,
}

/// Euclid's. Nearly all numbers fit into 64 bits after a step or two, where a division is many times faster.
fn gcd(a: i128, b: i128) -> Option<i128> {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        if let (Ok(small_a), Ok(small_b)) = (u64::try_from(a), u64::try_from(b)) {
            return Some(i128::from(gcd_64(small_a, small_b).max(1)));
        }
        (a, b) = (b, a % b);
    }
    i128::try_from(a.max(1)).ok()
}

fn gcd_64(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Default for Ratio {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Ratio {
    pub(crate) const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// `numerator / denominator`, of which the second must be above zero.
    pub(crate) fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator <= 0 {
            return None;
        }
        let divisor = gcd(numerator, denominator)?;
        Some(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    pub(crate) fn whole(number: impl Into<i128>) -> Self {
        Self { numerator: number.into(), denominator: 1 }
    }

    /// A decimal, exactly: its mantissa over a power of ten (at most 10^28).
    pub(crate) fn of_decimal(decimal: Decimal) -> Option<Self> {
        Self::new(decimal.mantissa(), 10_i128.checked_pow(decimal.scale())?)
    }

    /// The product. Crosswise reduction first keeps the intermediate values as small as the result.
    pub(crate) fn times(self, other: Self) -> Option<Self> {
        let first = Self::new(self.numerator, other.denominator)?;
        let second = Self::new(other.numerator, self.denominator)?;
        Some(Self {
            numerator: first.numerator.checked_mul(second.numerator)?,
            denominator: first.denominator.checked_mul(second.denominator)?,
        })
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let shared = gcd(self.denominator, other.denominator)?;
        let (mine, theirs) = (other.denominator / shared, self.denominator / shared);
        let numerator =
            self.numerator.checked_mul(mine)?.checked_add(other.numerator.checked_mul(theirs)?)?;
        Self::new(numerator, self.denominator.checked_mul(mine)?)
    }

    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { numerator: other.numerator.checked_neg()?, ..other })
    }

    pub(crate) fn is_zero(self) -> bool {
        self.numerator == 0
    }

    pub(crate) fn is_positive(self) -> bool {
        self.numerator > 0
    }

    /// The smaller of the two.
    pub(crate) fn at_most(self, other: Self) -> Option<Self> {
        Some(if self.minus(other)?.is_positive() { other } else { self })
    }

    /// The larger of the two.
    pub(crate) fn at_least(self, other: Self) -> Option<Self> {
        Some(if self.minus(other)?.is_positive() { self } else { other })
    }

    /// The quotient; none if the divisor is not above zero.
    pub(crate) fn over(self, divisor: Self) -> Option<Self> {
        if !divisor.is_positive() {
            return None;
        }
        self.times(Self { numerator: divisor.denominator, denominator: divisor.numerator })
    }

    /// The least integer that is not below it.
    pub(crate) fn ceiling(self) -> i128 {
        -(-self.numerator).div_euclid(self.denominator)
    }

    /// The nearest integer, half to even.
    pub(crate) fn round(self) -> i128 {
        round_half_even(self.numerator, self.denominator)
    }

    /// As a decimal number with at most so many places, without trailing zeros.
    pub(crate) fn decimal(self, places: u32) -> Option<String> {
        let unit = 10_i128.checked_pow(places)?;
        let scaled = self.times(Self::whole(unit))?.round();
        let (whole, fraction) =
            (scaled.unsigned_abs() / unit.unsigned_abs(), scaled.unsigned_abs() % unit.unsigned_abs());
        let sign = if scaled < 0 { "-" } else { "" };
        let text = format!("{sign}{whole}.{fraction:0width$}", width = places as usize);
        Some(text.trim_end_matches('0').trim_end_matches('.').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(numerator: i128, denominator: i128) -> Ratio {
        Ratio::new(numerator, denominator).unwrap()
    }

    #[test]
    fn arithmetic_is_exact() {
        assert_eq!(ratio(1, 3).plus(ratio(1, 6)), Some(ratio(1, 2)));
        assert_eq!(ratio(1, 3).minus(ratio(1, 2)), Some(ratio(-1, 6)));
        assert_eq!(ratio(2, 3).times(ratio(9, 4)), Some(ratio(3, 2)));
        assert_eq!(Ratio::of_decimal(Decimal::new(31_611, 6)), Some(ratio(31_611, 1_000_000)));
        assert_eq!(ratio(1, 3).at_most(ratio(1, 4)), Some(ratio(1, 4)));
    }

    #[test]
    fn large_factors_that_cancel_do_not_overflow() {
        let large = ratio(i128::MAX, 7);
        assert_eq!(large.times(ratio(7, i128::MAX)), Some(Ratio::whole(1)));
        assert_eq!(large.times(Ratio::whole(8)), None);
        assert_eq!(Ratio::new(1, 0), None);
    }

    #[test]
    fn decimals_are_trimmed_and_rounded_half_to_even() {
        assert_eq!(ratio(1, 8).decimal(3).as_deref(), Some("0.125"));
        assert_eq!(ratio(1, 8).decimal(2).as_deref(), Some("0.12"));
        assert_eq!(ratio(-3, 8).decimal(2).as_deref(), Some("-0.38"));
        assert_eq!(ratio(730, 1).decimal(9).as_deref(), Some("730"));
        assert_eq!(ratio(100, 1).decimal(0).as_deref(), Some("100"));
        assert_eq!(Ratio::ZERO.decimal(6).as_deref(), Some("0"));
    }
}
