//! Amounts of a month as they are shown for another span.

use cost_model::{Figures, apportion};
use price_book::{Currency, Money, round_half_even};

use crate::cli::Period;

/// How amounts are shown: for a span, in a currency. An hour has two digits more, as an hour costs little.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) period: Period,
    pub(crate) currency: Currency,
}

/// The total before and after, in the units that are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Total {
    pub(crate) before: i64,
    pub(crate) after: i64,
}

impl Scale {
    pub(crate) fn month(currency: Currency) -> Self {
        Self { period: Period::Month, currency }
    }

    /// `an hour`.
    pub(crate) fn words(self) -> &'static str {
        match self.period {
            Period::Hour => "an hour",
            Period::Month => "a month",
            Period::Year => "a year",
        }
    }

    /// An amount of a month, such that 10,000 of it are one unit of what is shown; none where it does not fit.
    fn scaled(self, micros: i64) -> Option<i64> {
        match self.period {
            Period::Hour => i64::try_from(round_half_even(i128::from(micros) * 100, 730)).ok(),
            Period::Month => Some(micros),
            Period::Year => micros.checked_mul(12),
        }
    }

    /// An amount of a month in the units that are shown, rounded half to even.
    pub(crate) fn units(self, micros: i64) -> Option<i64> {
        let micros = self.scaled(micros)?;
        Some(Money { micros, currency: self.currency }.cents())
    }

    /// The total in the units that are shown.
    pub(crate) fn total(self, total: &Figures) -> Option<Total> {
        let units = |figure: cost_model::Figure| self.units(figure.money.micros);
        Some(Total { before: units(total.baseline)?, after: units(total.projected)? })
    }

    /// Rows before and after in the units that are shown, which sum to those of the total.
    pub(crate) fn rows(self, rows: &[(i64, i64)], total: Total) -> Option<Vec<(i64, i64)>> {
        let scaled = rows.iter().map(|row| Some((self.scaled(row.0)?, self.scaled(row.1)?)));
        Some(apportion(&scaled.collect::<Option<Vec<_>>>()?, (total.before, total.after)))
    }

    /// `$1,234.50`, and of an hour `$1.6911`.
    pub(crate) fn text(self, units: i64) -> String {
        self.write(units, if units < 0 { "-" } else { "" })
    }

    /// The same of a change, with a `+` before an increase.
    pub(crate) fn change(self, units: i64) -> String {
        self.write(
            units,
            if units < 0 {
                "-"
            } else if units > 0 {
                "+"
            } else {
                ""
            },
        )
    }

    fn write(self, units: i64, sign: &str) -> String {
        let magnitude = units.saturating_abs();
        if self.period != Period::Hour {
            return format!("{sign}{}", self.currency.format(magnitude));
        }
        let mut text = self.currency.format(magnitude / 100);
        let at = text.find('.').map_or(text.len(), |point| text.len().min(point + 3));
        text.insert_str(at, &format!("{:02}", magnitude % 100));
        format!("{sign}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(period: Period) -> Scale {
        Scale { period, currency: Currency::USD }
    }

    /// 1,234.50 a month are 1.69109589 an hour and 14,814 a year.
    #[test]
    fn an_amount_is_shown_for_each_span() {
        for (period, shown) in
            [(Period::Hour, "$1.6911"), (Period::Month, "$1,234.50"), (Period::Year, "$14,814.00")]
        {
            let scale = scale(period);
            assert_eq!(scale.text(scale.units(1_234_500_000).unwrap()), shown);
        }
        let hour = scale(Period::Hour);
        assert_eq!(hour.change(hour.units(-1_000_000).unwrap()), "-$0.0014");
        assert_eq!(scale(Period::Year).units(i64::MAX / 2), None);
        let francs = Scale { currency: "CHF".parse().unwrap(), ..hour };
        assert_eq!(francs.change(12_345), "+1.2345 CHF");
    }

    /// A third of a cent an hour each: 2.433333 a month.
    #[test]
    fn rows_sum_to_what_is_shown_of_the_total() {
        let rows = [(2_433_333, 2_433_333), (2_433_333, 2_433_333), (2_433_334, 4_866_667)];
        for period in [Period::Hour, Period::Month, Period::Year] {
            let scale = scale(period);
            let sum = |pick: fn(&(i64, i64)) -> i64| rows.iter().map(pick).sum::<i64>();
            let total = Total {
                before: scale.units(sum(|row| row.0)).unwrap(),
                after: scale.units(sum(|row| row.1)).unwrap(),
            };
            let shown = scale.rows(&rows, total).unwrap();
            assert_eq!(shown.iter().map(|row| row.0).sum::<i64>(), total.before);
            assert_eq!(shown.iter().map(|row| row.1).sum::<i64>(), total.after);
        }
    }
}
