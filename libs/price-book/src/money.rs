//! Money: an integer of micro-units, and what it is counted in.

use crate::Currency;

/// The micro-units in a hundredth of a unit, which is what is shown.
pub const MICROS_A_CENT: i64 = 10_000;

/// An amount of money in millionths of the currency's unit; negative for a saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Millionths of the unit: 1 USD is 1,000,000.
    pub micros: i64,
    /// What they are millionths of.
    pub currency: Currency,
}

/// Why two amounts have no sum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// It does not fit into 64 bits.
    #[error("an amount of {0} is larger than can be counted in micro-units")]
    Overflow(Currency),
    /// They are counted in different currencies, and no rate is known.
    #[error("{0} and {1} cannot be added without a dated rate")]
    Currencies(Currency, Currency),
}

impl MoneyError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Overflow(_) => "MONEY_OVERFLOW",
            Self::Currencies(..) => "MONEY_CURRENCIES",
        }
    }
}

impl Money {
    /// Nothing, in this currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self { micros: 0, currency }
    }

    /// The sum.
    ///
    /// # Errors
    /// When the currencies differ, or it does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference: this less the other.
    ///
    /// # Errors
    /// When the currencies differ, or it does not fit.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(self, other: Self, by: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Currencies(self.currency, other.currency));
        }
        let micros = by(self.micros, other.micros).ok_or(MoneyError::Overflow(self.currency))?;
        Ok(Self { micros, ..self })
    }

    /// In hundredths of the unit, rounded half to even (IEEE 754, roundTiesToEven), so that rounding many
    /// amounts favours nobody.
    #[must_use]
    pub fn cents(self) -> i64 {
        let cents = round_half_even(i128::from(self.micros), i128::from(MICROS_A_CENT));
        // A ten-thousandth of an i64 is an i64.
        i64::try_from(cents).unwrap_or(self.micros / MICROS_A_CENT)
    }
}

/// The quotient, rounded to the nearest integer and half to the even one. A divisor of zero or below counts as 1.
#[must_use]
pub fn round_half_even(dividend: i128, divisor: i128) -> i128 {
    let divisor = divisor.max(1);
    let (floor, remainder) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    // `remainder > divisor - remainder` rather than `2 * remainder > divisor`, which may overflow.
    let up = match remainder.cmp(&(divisor - remainder)) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => floor % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    floor + i128::from(up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn usd(micros: i64) -> Money {
        Money { micros, currency: Currency::USD }
    }

    /// The ties of IEEE 754's roundTiesToEven: 0.5 → 0, 1.5 → 2, 2.5 → 2, and the same below zero.
    #[test]
    fn cents_are_rounded_half_to_even() {
        for (micros, cents) in [
            (0, 0),
            (4_999, 0),
            (5_000, 0),
            (5_001, 1),
            (15_000, 2),
            (25_000, 2),
            (25_001, 3),
            (-5_000, 0),
            (-15_000, -2),
            (-25_000, -2),
            (-25_001, -3),
            (i64::MAX, 922_337_203_685_478),
            (i64::MIN, -922_337_203_685_478),
        ] {
            assert_eq!(usd(micros).cents(), cents, "{micros}");
        }
    }

    #[test]
    fn sums_that_do_not_fit_or_mix_currencies_are_errors() {
        let eur = Money::zero("EUR".parse().unwrap());
        assert_eq!(usd(1).checked_add(usd(2)), Ok(usd(3)));
        assert_eq!(usd(1).checked_sub(usd(2)), Ok(usd(-1)));
        assert_eq!(usd(i64::MAX).checked_add(usd(1)).unwrap_err().code(), "MONEY_OVERFLOW");
        assert_eq!(usd(i64::MIN).checked_sub(usd(1)).unwrap_err().code(), "MONEY_OVERFLOW");
        assert_eq!(usd(1).checked_add(eur).unwrap_err().code(), "MONEY_CURRENCIES");
    }

    proptest! {
        #[test]
        fn rounding_is_to_the_nearest(dividend in -1_000_000_i128..1_000_000, divisor in 1_i128..1_000) {
            let rounded = round_half_even(dividend, divisor);
            prop_assert!((rounded * divisor - dividend).abs() * 2 <= divisor);
        }
    }
}
