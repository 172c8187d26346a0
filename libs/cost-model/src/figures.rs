//! Amounts of money as they are counted and as they are shown.

use price_book::{Currency, Money};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// An amount: what it is, and what is shown of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The amount, in micro-units.
    pub money: Money,
    /// What is shown, in hundredths: apportioned so that what stands above a total sums to it, hence within a cent
    /// of the amount, and not always its own rounding.
    pub cents: i64,
}

impl Figure {
    pub(crate) fn zero(currency: Currency) -> Self {
        Self { money: Money::zero(currency), cents: 0 }
    }

    /// What is shown: `$125.40`.
    #[must_use]
    pub fn text(self) -> String {
        self.money.currency.format(self.cents)
    }

    /// What is shown, as a change: `+$17.20`.
    #[must_use]
    pub fn change_text(self) -> String {
        self.money.currency.format_change(self.cents)
    }

    /// What is shown, as a JSON number. A float is for output only: a count of cents below 2⁵³ and its hundredth
    /// are written as the same digits, and nothing is computed with it.
    #[must_use]
    pub fn number(self) -> f64 {
        self.cents as f64 / 100.0
    }
}

/// An amount before and after, a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Before the change.
    pub baseline: Figure,
    /// After it.
    pub projected: Figure,
    /// `projected` less `baseline`, exactly and as shown.
    pub delta: Figure,
}

impl Figures {
    /// Of amounts that are not negative, so that their difference fits.
    pub(crate) fn new(baseline: Figure, projected: Figure) -> Self {
        let micros = projected.money.micros - baseline.money.micros;
        let money = Money { micros, ..projected.money };
        Self { baseline, projected, delta: Figure { money, cents: projected.cents - baseline.cents } }
    }

    /// The change as a share of the baseline, as people say it: `+6 %`, `-0.4 %`, `under 0.1 %`: a whole number, or a tenth
    /// below one. None of nothing.
    #[must_use]
    pub fn share(&self) -> Option<String> {
        let (delta, baseline) = (self.delta.money.micros, self.baseline.money.micros);
        if baseline == 0 {
            return None;
        }
        let share =
            Decimal::from(delta).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(Decimal::from(baseline))?;
        let digits = u32::from(share.abs() < Decimal::ONE);
        let share = share.round_dp_with_strategy(digits, RoundingStrategy::MidpointNearestEven).normalize();
        Some(match (share.is_zero(), delta) {
            (true, 0) => "0 %".to_owned(),
            (true, _) => "under 0.1 %".to_owned(),
            (false, 1..) => format!("+{share} %"),
            (false, _) => format!("{share} %"),
        })
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MaybeFigures {
            baseline: Some(self.baseline),
            projected: Some(self.projected),
            delta: Some(self.delta),
        }
        .serialize(serializer)
    }
}

/// Figures of which some are not known, as JSON has them.
pub(crate) struct MaybeFigures {
    pub(crate) baseline: Option<Figure>,
    pub(crate) projected: Option<Figure>,
    pub(crate) delta: Option<Figure>,
}

impl Serialize for MaybeFigures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = |figure: Option<Figure>| figure.map(|figure| figure.money.micros);
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("baseline", &self.baseline.map(Figure::number))?;
        map.serialize_entry("projected", &self.projected.map(Figure::number))?;
        map.serialize_entry("delta", &self.delta.map(Figure::number))?;
        map.serialize_entry("baseline_micros", &micros(self.baseline))?;
        map.serialize_entry("projected_micros", &micros(self.projected))?;
        map.serialize_entry("delta_micros", &micros(self.delta))?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 17.20 of 125.40 are 13.716 %; 0.5 of 125.40 are 0.3987 %.
    #[test]
    fn a_share_is_said_as_people_say_it() {
        let figure = |micros| Figure { money: Money { micros, currency: Currency::USD }, cents: 0 };
        let share = |before, after| Figures::new(figure(before), figure(after)).share();
        let before = 125_400_000;
        for (after, shown) in [
            (142_600_000, "+14 %"),
            (125_900_000, "+0.4 %"),
            (124_900_000, "-0.4 %"),
            (62_700_000, "-50 %"),
            (125_400_001, "under 0.1 %"),
            (125_399_999, "under 0.1 %"),
            (before, "0 %"),
        ] {
            assert_eq!(share(before, after).as_deref(), Some(shown), "{after}");
        }
        assert_eq!(share(0, 5_000_000), None);
    }
}
